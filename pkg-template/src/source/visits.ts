// Cloudflare Workers. There a timer, a fetch or a promise belongs to the incoming request in whose handler it was
// created: it ends with that request, and no other request may use it. Outside of any request, as when the Worker
// starts up, none can be created. So a source that many requests share has no timer. Instead, each pending call (a
// visit) polls the source until the call is settled.

/**
 * Uses the user agent, which Cloudflare provides for this purpose, or else `WebSocketPair`, which only Cloudflare has.
 */
export function isWorker(): boolean {
  const { navigator, WebSocketPair } = globalThis as { navigator?: Partial<Navigator>; WebSocketPair?: unknown };
  return navigator?.userAgent === 'Cloudflare-Workers' || typeof WebSocketPair === 'function';
}

/** The interval at which a pending call polls the source (ms). */
const PULSE_MS = 25;

/**
 * A call that has not polled while another one polled this many times is considered gone, with its request. Polls are
 * counted, not timed, because in a busy Worker all calls are late.
 */
const MAX_MISSED = 8;

/** A pending call, which polls within the request that made it. */
class Visit {
  /** How many times it has polled. */
  #pulses = 0;
  /** Callbacks to run within its request. */
  readonly #news: (() => void)[] = [];
  /** The visit it watches, how many times that one had polled, and how many times this one has polled since. */
  #watched: Visit | undefined;
  #seen = 0;
  #missed = 0;

  post(news: () => void): void {
    this.#news.push(news);
  }

  /** Polls until `isOver`. */
  async stay(isOver: () => boolean, look: () => void): Promise<void> {
    while (!isOver() || this.#news.length > 0) {
      await new Promise((done) => setTimeout(done, PULSE_MS));
      this.#pulses++;
      for (const news of this.#news.splice(0)) news();
      look();
    }
  }

  /** Whether the other visit is gone. Called each time this one polls. */
  misses(other: Visit): boolean {
    const isAlive = this.#watched !== other || this.#seen !== other.#pulses;
    this.#watched = other;
    this.#seen = other.#pulses;
    this.#missed = isAlive ? 0 : this.#missed + 1;
    return this.#missed >= MAX_MISSED;
  }
}

export type { Visit };

/** The pending calls of one source. Outside Workers there are none, and everything is done immediately. */
export class Visits {
  /** The visit whose request is being handled. */
  current: Visit | undefined;
  readonly #look: () => void;
  readonly #isOwner: (visit: Visit) => boolean;

  /**
   * `look` polls the source. A visit for which `isOwner` is true has sent the pending request, and stays until it is
   * answered.
   */
  constructor(look: () => void, isOwner: (visit: Visit) => boolean) {
    this.#look = look;
    this.#isOwner = isOwner;
  }

  /**
   * Begins a visit by calling `first`. It stays until `isOver`, and until its own request is answered. Then the promise
   * resolves.
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

  /** Calls `act` on behalf of a visit. */
  as(visit: Visit | undefined, act: () => void): void {
    const before = this.current;
    this.current = visit;
    try {
      act();
    } finally {
      this.current = before;
    }
  }

  /** Calls `act` now if the visit's request is being handled, or else when it next is. */
  within(visit: Visit, act: () => void): void {
    if (this.current === visit) act();
    else visit.post(act);
  }

  /** Whether the other visit seems to be gone, as seen by the current one. */
  isGone(other: Visit | undefined): boolean {
    return other !== undefined && other !== this.current && this.current?.misses(other) === true;
  }
}
