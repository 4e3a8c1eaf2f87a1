// Which messages of a topic were delivered, and which of its streams may deliver more. Independent of the SDK, timers
// and clocks.
//
// The position of a message is its sequence number within a page. Numbers increase by one. A topic that is reset
// restarts on a later page, or on servers without pages on the same one, so a number that does not increase within a
// stream means a reset too.
//
// There are at most two streams: the current one, which delivers, and the next one, which was opened to resume after
// the last message delivered at that time. When the next one receives anything, it becomes the current one. Messages
// that it repeats are recognised by their position. That requires that both streams count alike, so if the current
// stream shows a reset, the next one is dropped and has to be opened again.
//
// Before the first message there is no position to resume at, and the current stream may still deliver a message from
// before the next one was opened. So the next one waits until the current one has delivered a message (then it is
// opened again, and resumes) or has ended. Nothing was lost between the two only if the current stream received
// something after the next one did: it may have died unnoticed long before.
import type { TopicPosition } from '../../momento.js';

export class Sequence {
  #position: TopicPosition | undefined;
  /** The last message that was reported as missed. */
  missed = -1;
  /** The position before the first message that a next stream received while waiting, even if it was dropped since. */
  withheld: TopicPosition | undefined;
  /** The current stream has received something since the next one did: no message between the two was lost. */
  complete = false;
  /**
   * A stream ended before there was a position to resume at, so messages may have been missed. To be reported.
   */
  blind = false;
  current: Stream | undefined;
  next: Stream | undefined;

  constructor(position?: TopicPosition) {
    this.#position = position;
  }

  /** The last message that was delivered, or is no longer available. */
  get position(): TopicPosition | undefined {
    return this.#position;
  }

  set position(position: TopicPosition) {
    this.#position = position;
    this.withheld = undefined;
    // A next stream that was opened without a position is opened again, to resume.
    if (this.next && !this.next.after) this.next = undefined;
  }

  /** Opens the next stream. Drops a previous one. */
  open(): Stream {
    if (!this.withheld) this.complete = false;
    return (this.next = new Stream(this));
  }

  holds(stream: Stream): boolean {
    return stream === this.current || stream === this.next;
  }

  /** Drops a stream that has ended or timed out. */
  drop(stream: Stream): void {
    if (stream === this.next) this.next = undefined;
    if (stream !== this.current) return;
    this.current = undefined;
    const { next, withheld } = this;
    this.blind ||= !this.#position && !(this.complete && (next?.waits || withheld));
    // A message received while waiting was not delivered: resume before it.
    if (withheld) this.position = withheld;
    else if (next?.waits) [this.current, this.next] = [next, undefined];
  }
}

/** One stream of a topic. */
export class Stream {
  /** The position to resume after; undefined to start with the next message. */
  readonly after: TopicPosition | undefined;
  /** It has received something, and waits for the current stream. */
  waits = false;
  readonly #sequence: Sequence;
  #page: number | undefined;
  #number: number;

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
    this.after = sequence.position;
    this.#page = this.after?.sequencePage;
    this.#number = this.after?.sequenceNumber ?? 0;
  }

  /** The stream has received something. False if it does not deliver, because it was dropped or waits. */
  alive(): boolean {
    const sequence = this.#sequence;
    if (this === sequence.next) {
      this.waits = !this.after && sequence.current !== undefined;
      if (!this.waits) [sequence.current, sequence.next] = [this, undefined];
    }
    const delivers = this === sequence.current;
    if (delivers && (sequence.next?.waits || sequence.withheld)) sequence.complete = true;
    return delivers;
  }

  /** The stream has received a message. True if it is to be delivered. */
  item(number: number, page: number): boolean {
    if (!this.alive()) {
      if (this === this.#sequence.next) this.#sequence.withheld ??= { sequenceNumber: number - 1, sequencePage: page };
      return false;
    }
    const isNew = this.#startsAgain(number, page) || number > (this.#sequence.position?.sequenceNumber ?? -1);
    this.#page = page;
    this.#number = number;
    if (isNew) this.#sequence.position = { sequenceNumber: number, sequencePage: page };
    return isNew;
  }

  /** The service no longer has messages up to this one. True if that is to be reported. */
  discontinuity(number: number, page: number): boolean {
    if (!this.alive()) return false;
    const again = this.#startsAgain(number + 1, page);
    const isNew = again || number > Math.max(this.#sequence.missed, this.#sequence.position?.sequenceNumber ?? -1);
    // One less, so that the message with this number is delivered if it comes after all.
    this.#page = page;
    this.#number = number - 1;
    if (isNew) {
      this.#sequence.position = { sequenceNumber: Math.max(0, number - 1), sequencePage: page };
      this.#sequence.missed = number;
    }
    return isNew;
  }

  #startsAgain(number: number, page: number): boolean {
    const again = this.#page !== undefined && (page !== this.#page || number <= this.#number);
    if (again) {
      this.#sequence.next = undefined;
      this.#sequence.missed = -1;
    }
    return again;
  }
}
