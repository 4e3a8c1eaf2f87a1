// What has been delivered of one topic, and which of its streams may deliver more. Knows no SDK, no timer and no clock.
//
// A message's place is its number within a page. Momento counts a page's messages one by one; a topic that is reset
// starts again on a later page. Servers without pages start again on the same one, so a number that does not grow
// within a stream means the same.
//
// There are two streams at most: the one that delivers, and the next, which asks to resume after what was delivered
// when it was opened. Its first sign of life makes it the one that delivers; all it repeats then stands between its
// beginning and the place that was reached meanwhile. That holds only while both count alike: when the first stream
// shows that the topic started again, the next is let go, to be opened anew.
//
// Before the first message there is no place to resume at, and a message from before the next stream began may still be
// on its way on the first. So the next one waits, until a message has come by the first (it is opened anew, and
// resumes) or the first has ended. That nothing was lost between the two is known only where the first has said
// something after the next one spoke: it may have died long before, unnoticed.
import type { TopicPosition } from '../../momento.js';

export class Sequence {
  #position: TopicPosition | undefined;
  /** The last message known to be missed, as far as that was told. */
  missed = -1;
  /** What stands before the first message that a next one heard while it waited, be it let go since. */
  withheld: TopicPosition | undefined;
  /** The first stream has said something since the next one spoke: all from before the next one began has come. */
  complete = false;
  /**
   * A stream has ended before there was a place to resume at, and whether it had brought all is not known. To be told.
   */
  blind = false;
  current: Lane | undefined;
  next: Lane | undefined;

  constructor(position?: TopicPosition) {
    this.#position = position;
  }

  /** The last message delivered, or known to be out of reach. */
  get position(): TopicPosition | undefined {
    return this.#position;
  }

  set position(position: TopicPosition) {
    this.#position = position;
    this.withheld = undefined;
    // One that began without a place has one to resume at now.
    if (this.next && !this.next.after) this.next = undefined;
  }

  /** The next stream. One that was on its way is let go. */
  open(): Lane {
    if (!this.withheld) this.complete = false;
    return (this.next = new Lane(this));
  }

  holds(lane: Lane): boolean {
    return lane === this.current || lane === this.next;
  }

  /** A stream has ended, or has been waited for long enough. */
  drop(lane: Lane): void {
    if (lane === this.next) this.next = undefined;
    if (lane !== this.current) return;
    this.current = undefined;
    const { next, withheld } = this;
    this.blind ||= !this.#position && !(this.complete && (next?.waits || withheld));
    // What was heard while waiting comes again.
    if (withheld) this.position = withheld;
    else if (next?.waits) [this.current, this.next] = [next, undefined];
  }
}

/** One stream's own view of the topic. */
export class Lane {
  /** Where to resume: after this; undefined: with whatever comes. */
  readonly after: TopicPosition | undefined;
  /** It has shown signs of life, and waits for the first stream. */
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

  /** A sign of life. False where the stream does not deliver: it was let go, or waits. */
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

  /** A message; true where it is to be delivered. */
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

  /** Messages up to this one are out of reach; true where that is news. */
  discontinuity(number: number, page: number): boolean {
    if (!this.alive()) return false;
    const again = this.#startsAgain(number + 1, page);
    const isNew = again || number > Math.max(this.#sequence.missed, this.#sequence.position?.sequenceNumber ?? -1);
    // One less: should the message of that very number come all the same, it is delivered.
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
