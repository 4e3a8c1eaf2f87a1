// The refresh machine's words by their numbers (src/js/refresher.rs in the crate says what belongs to each).

export enum Event {
  Start,
  Get,
  Abandon,
  Rejected,
  Timer,
  Wake,
  Online,
  Offline,
  /** Told to `refresher_vended`. */
  Vended,
  Failed,
  Close,
  Locked,
  /** Told to `refresher_heard`. */
  Heard,
  HeardFailed,
  Asked,
  Hidden,
  Cleared,
  Spent,
}

export enum Action {
  Fetch,
  Abort,
  Arm,
  Disarm,
  Install,
  Drop,
  Refuse,
  Report,
  Settle,
  Status,
  Lock,
  Unlock,
  Adopt,
  Share,
  ShareFailure,
  Sound,
  Doubt,
}

/** What is said of a sibling's token. */
export enum Flag {
  Fresh = 1,
  /** It was given a later end than before. */
  Moved = 2,
}

export enum Cause {
  Answer,
  Timeout,
  Expired,
  Sibling,
}

export enum Outcome {
  Token,
  Failed,
  TooShort,
  Closed,
}

export const STATUSES = ['idle', 'fetching', 'ready', 'refreshing', 'waiting', 'failed', 'closed'] as const;
export const REASONS = ['first', 'refresh', 'rejected', 'forced'] as const;
export const FAILURES = ['retry', 'terminal', 'malformed'] as const;
