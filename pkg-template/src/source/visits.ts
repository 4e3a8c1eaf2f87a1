// Cloudflare Workers. There a timer, a fetch and a promise belong to the request that was being handled when they were
// made: they end with it, and no other request may touch them. Outside of any request, as when the Worker starts, none
// can be made at all. So a source that many requests use has no timer of its own: each call that waits looks after the
// source by itself, until it is settled.

/** By what Cloudflare names for the purpose, or where that is not yet there, by what only it has. */
export function isWorker(): boolean {
  const { navigator, WebSocketPair } = globalThis as { navigator?: Partial<Navigator>; WebSocketPair?: unknown };
  return navigator?.userAgent === 'Cloudflare-Workers' || typeof WebSocketPair === 'function';
}

/** How often a call that waits looks after the source (ms). */
const PULSE_MS = 25;

/**
 * A call that has not looked while another did so often is gone, and with it the request that it belonged to. By count
 * and not by time: where the Worker is busy, all of them are late.
 */
const MAX_MISSED = 8;

/** A call that waits, within the request that made it. */
class Visit {
  /** How often it has looked. */
  #pulses = 0;
  /** What to do within its request. */
  readonly #news: (() => void)[] = [];
  /** Whom it watches, how often that one had looked, and how often this one has since. */
  #watched: Visit | undefined;
  #seen = 0;
  #missed = 0;

  post(news: () => void): void {
    this.#news.push(news);
  }

  /** Looks again and again until it is over. */
  async stay(isOver: () => boolean, look: () => void): Promise<void> {
    while (!isOver() || this.#news.length > 0) {
      await new Promise((done) => setTimeout(done, PULSE_MS));
      this.#pulses++;
      for (const news of this.#news.splice(0)) news();
      look();
    }
  }

  /** Whether the other one is gone. Asked each time this one looks. */
  misses(other: Visit): boolean {
    const isAlive = this.#watched !== other || this.#seen !== other.#pulses;
    this.#watched = other;
    this.#seen = other.#pulses;
    this.#missed = isAlive ? 0 : this.#missed + 1;
    return this.#missed >= MAX_MISSED;
  }
}

export type { Visit };

/** The calls that look after one source. Elsewhere than in a Worker there is none, and what is done is done at once. */
export class Visits {
  /** Whose request is being handled. */
  current: Visit | undefined;
  readonly #look: () => void;
  readonly #isOwner: (visit: Visit) => boolean;

  /** `look` looks after the source. The visit that `isOwner` has sent a request, and stays for its answer. */
  constructor(look: () => void, isOwner: (visit: Visit) => boolean) {
    this.#look = look;
    this.#isOwner = isOwner;
  }

  /**
   * Begins a visit with `first`. It stays until `isOver`, or for its own request's answer; the promise is settled then.
   */
  begin(first: (visit: Visit) => void, isOver: () => boolean): { visit: Visit; end: Promise<void> } {
    const visit = new Visit();
    this.as(visit, () => first(visit));
    return {
      visit,
      end: visit.stay(
        () => isOver() && !this.#isOwner(visit),
        () => this.as(visit, this.#look),
      ),
    };
  }

  /** Acts within a visit's request. */
  as(visit: Visit | undefined, act: () => void): void {
    const before = this.current;
    this.current = visit;
    try {
      act();
    } finally {
      this.current = before;
    }
  }

  /** Acts now, where the visit's request is being handled; else once it is. */
  within(visit: Visit, act: () => void): void {
    if (this.current === visit) act();
    else visit.post(act);
  }

  /** Whether the current visit has reason to think that the other one is gone. */
  isGone(other: Visit | undefined): boolean {
    return other !== undefined && other !== this.current && this.current?.misses(other) === true;
  }
}
