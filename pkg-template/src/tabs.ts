// The other tabs that want the same token: a lock that one of them holds while it vends, and a channel on which they
// tell of what came of it. Nothing is stored, and nothing is relied on: without locks everyone goes ahead, and what is
// said on the channel is checked.
import { type Endings, listen } from './page.js';
import type { Failure } from './refresher.js';
import type { Weak } from './ties.js';

/** Of the messages: tabs with another version of it do not understand each other, and so do not meet. */
const VERSION = 2;
/** A message from further ahead was timed by a clock that was set since. */
const MAX_AHEAD_MS = 250;
/** One this old has lain somewhere while its tab or ours was frozen. */
const MAX_AGE_MS = 86_400_000;
/** After so long it is no news that a token was vended. */
const MAX_FRESH_MS = 10_000;
const MAX_ANSWER = 262_144;
/** Failures by the numbers that stand for them in messages. */
const FAILURES: readonly Failure[] = ['retry', 'terminal', 'malformed'];

/** A tab asks for a better token than its own. */
interface Ask {
  kind: 'ask';
  /** The life that its own has left (ms); 0 where it has none. */
  left: number;
}

/** It has one. */
interface Told {
  kind: 'token';
  /** The vending service's answer, a credential in it and perhaps a refresh token. */
  answer: string;
  left: number;
  /** When that was so, by the wall clock that all tabs share. */
  sentAt: number;
  /** It was vended just now. */
  fresh: boolean;
  /** Its end was known, and is later now: who has heard of the earlier one is to forget that. */
  moved: boolean;
  /** The time of the answer that its end was reckoned from, by the vending host's clock; NaN: not known. */
  date: number;
}

/** It has asked the vending service in vain. */
interface Failed {
  kind: 'failure';
  code: string;
  message: string;
  /** NaN where there was none. */
  status: number;
  /** As in `Answer` (answer.ts). */
  retryAfter: number;
  failure: Failure;
}

export type Message = Ask | Told | Failed;

/** Who hears what siblings say, and what comes of the lock. */
export interface Member {
  /** How long its token is good for (ms); 0 where it has none. */
  readonly left: number;
  hear(message: Message): void;
  /** The lock is held for this request. */
  locked(request: number): void;
  /** All that siblings had said before has been heard. */
  drained(request: number): void;
}

/** One driver's seat among its siblings. */
export class Tabs {
  readonly #name: string;
  readonly #member: Weak<Member>;
  #channel: BroadcastChannel | undefined;
  /** Ends the request for the lock, and the hold on it. */
  #unlock: (() => void) | undefined;
  /** Awaits its own message. */
  #echo: { echo: number; heard(): void } | undefined;

  /** Seats the driver until the end of `life`; undefined where tabs cannot speak to each other. */
  static join(name: string, member: Weak<Member>, life: Endings): Tabs | undefined {
    const tabs = new Tabs(name, member);
    if (!tabs.#open()) return undefined;
    // A page in the back/forward cache holds neither lock nor channel, or it could not be there.
    listen(globalThis, 'pagehide', () => tabs.#close(), life);
    // On return it may wait for a request that has died meanwhile, and has missed what the others told.
    const back = (): unknown =>
      tabs.#channel ?? (tabs.#open() && tabs.tell({ kind: 'ask', left: member.deref()?.left ?? 0 }));
    listen(globalThis, 'pageshow', back, life);
    life.push(() => tabs.#close());
    return tabs;
  }

  private constructor(name: string, member: Weak<Member>) {
    this.#name = name;
    this.#member = member;
  }

  #open(): BroadcastChannel | undefined {
    try {
      this.#channel ??= new BroadcastChannel(this.#name);
      // In Node.js, no process lives on for it.
      (this.#channel as { unref?(): void }).unref?.();
      this.#channel.onmessage = ({ data }) => {
        if (this.#echo && data?.echo === this.#echo.echo) return this.#echo.heard();
        const message = read(data);
        if (message) this.#member.deref()?.hear(message);
      };
    } catch {
      // None here, or not for a page like this one.
    }
    return this.#channel;
  }

  #close(): void {
    this.unlock();
    this.#channel?.close();
    this.#channel = this.#echo = undefined;
  }

  tell(message: Message): void {
    try {
      this.#channel?.postMessage(write(message));
    } catch {
      // The page is on its way out.
    }
  }

  /**
   * Tells when all messages that siblings have sent by now have arrived, as far as that can be known: where the page or
   * the browser is busy they take longer than any fixed time. A question and its answer take about as long as two
   * messages to oneself.
   */
  drain(request: number, times = 2): void {
    if (!this.#channel || times === 0) return this.#member.deref()?.drained(request);
    const echo = Math.random();
    this.#echo = { echo, heard: () => this.drain(request, times - 1) };
    try {
      // A channel does not hear itself.
      const other = new BroadcastChannel(this.#name);
      other.postMessage({ echo });
      other.close();
    } catch {
      this.#echo.heard();
    }
  }

  /** Asks for the lock, and the siblings for a better token. */
  lock(request: number, left: number): void {
    this.tell({ kind: 'ask', left });
    this.unlock();
    const locked = (): void => this.#member.deref()?.locked(request);
    const { locks } = globalThis.navigator ?? {};
    // In a moment: it is an event of its own.
    if (!locks || !this.#channel) return queueMicrotask(locked);
    const abort = new AbortController();
    const held = (): Promise<void> =>
      new Promise((release) => {
        if (abort.signal.aborted) return release();
        abort.signal.addEventListener('abort', () => release());
        locked();
      });
    this.#unlock = () => abort.abort(null);
    // Refused, whoever still waits goes ahead without; given up, nobody does.
    locks.request(this.#name, { signal: abort.signal }, held).catch(locked);
  }

  /** Gives the lock back, or no longer asks for it. */
  unlock(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }
}

/** Under this name meet those who want the same: the app's key, and what else distinguishes. */
export function groupName(key: string, identity: unknown): string {
  return `momento-token-wasm:${key}:${hash(JSON.stringify([VERSION, identity]))}`;
}

/** 64 bits, in two halves of FNV-1a. Not against forgers: whoever can open the channel is of this origin. */
export const hash = (text: string): string =>
  halves(text)
    .map((half) => half.toString(36))
    .join('.');

function halves(text: string): number[] {
  let [high, low] = [0x811c_9dc5, 0x9747_b28c];
  for (let at = 0; at < text.length; at++) {
    high = Math.imul(high ^ text.charCodeAt(at), 0x0100_0193);
    low = Math.imul(low ^ text.charCodeAt(text.length - 1 - at), 0x0100_0193);
  }
  return [high >>> 0, low >>> 0];
}

/** 53 of its bits, as a number. */
export function digest(text: string): number {
  const [high = 0, low = 0] = halves(text);
  return (high >>> 11) * 2 ** 32 + low;
}

/** As it is sent. */
function write(message: Message): object {
  if (message.kind !== 'failure') return message;
  return Object.assign({}, message, { failure: FAILURES.indexOf(message.failure) });
}

/** What was said, if it was said as it should be; of a token, with what is left of it now. */
function read(data: unknown): Message | undefined {
  const message = data as Partial<Record<string, unknown>> | null;
  if (typeof message !== 'object' || message === null) return undefined;
  const { kind, left, answer, sentAt, fresh, moved, date, code, message: words, status, retryAfter, failure } = message;
  const lasts = typeof left === 'number' && left >= 0;
  if (kind === 'ask') return lasts ? { kind, left } : undefined;
  if (kind === 'token') {
    const age = typeof sentAt === 'number' ? Date.now() - sentAt : NaN;
    const timely = lasts && -MAX_AHEAD_MS <= age && age <= MAX_AGE_MS;
    if (!timely || typeof answer !== 'string' || answer.length > MAX_ANSWER || typeof fresh !== 'boolean')
      return undefined;
    return {
      kind,
      answer,
      left: left - Math.max(age, 0),
      sentAt: sentAt as number,
      fresh: fresh && age <= MAX_FRESH_MS,
      moved: moved === true,
      date: typeof date === 'number' ? date : NaN,
    };
  }
  const called = FAILURES[failure as number];
  if (
    kind !== 'failure' ||
    typeof status !== 'number' ||
    typeof retryAfter !== 'number' ||
    typeof failure !== 'number' ||
    !called ||
    typeof code !== 'string' ||
    !/^ERR_[A-Z0-9_]+$/.test(code) ||
    typeof words !== 'string'
  )
    return undefined;
  return { kind, code, message: words, status, retryAfter, failure: called };
}
