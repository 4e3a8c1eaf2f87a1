// Clocks and timers under a test's thumb. They stand still until told; what a test replaces is put back when it ends.

/** Lets everything run that waits for nothing but its turn. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
}

/** Replaces fields of an object for the length of a test. */
export function replace(context, target, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    context.after(() => (before ? Object.defineProperty(target, name, before) : delete target[name]));
  }
}

/**
 * The last timer's number. None is given twice: a source of an earlier test may be collected, and its timer cleared, in
 * the midst of a later one.
 */
let last = 0;

/**
 * Replaces `Date.now`, `performance.now`, `setTimeout` and `clearTimeout`. With `numbers`, timers are numbers, as
 * everywhere but in Node.js.
 */
export function driveClock(context, { numbers = false } = {}) {
  let wall = Date.UTC(2026, 0, 1);
  let mono = 5_000;
  const timers = new Map();
  const clock = {
    /** Delays of the timers that are armed. */
    armed: () => [...timers.values()].map(({ at }) => at - mono),
    /** Whether each keeps a process alive. */
    refs: () => [...timers.values()].map(({ ref }) => ref),
    ref: (id, ref) => timers.get(id) && (timers.get(id).ref = ref),
    /** Time passes, and timers fire when they are due. */
    async pass(ms) {
      const end = mono + ms;
      for (;;) {
        await settle();
        const [id, due] = [...timers].reduce(
          (first, timer) => (timer[1].at < (first[1]?.at ?? Infinity) ? timer : first),
          [],
        );
        if (!due || due.at > end) break;
        clock.jump(due.at - mono);
        timers.delete(id);
        due.run();
      }
      clock.jump(end - mono);
      await settle();
    },
    /** Both clocks go on, and no timer fires: the page was frozen. */
    jump(ms) {
      mono += ms;
      wall += ms;
    },
    /**
     * The wall clock alone goes on: sleep on a platform whose monotonic clock stands still then, or someone set the
     * clock.
     */
    sleep: (ms) => void (wall += ms),
  };
  const setTimeout = (run, delay, ...parameters) => {
    const id = ++last;
    timers.set(id, { at: mono + Math.max(1, delay), run: () => run(...parameters), ref: true });
    return numbers ? id : { id, ref: () => clock.ref(id, true), unref: () => clock.ref(id, false) };
  };
  const clearTimeout = (timer) => void timers.delete(typeof timer === 'object' ? timer.id : timer);
  replace(context, globalThis, { setTimeout, clearTimeout });
  replace(context, Date, { now: () => wall });
  replace(context, performance, { now: () => mono });
  return clock;
}
