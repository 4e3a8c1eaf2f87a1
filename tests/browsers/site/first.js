// A page deceived: `?skew=ms` sets its wall clock wrong; `?unplugged` has the browser say that it is offline;
// `?virtual` stops both clocks and all timers but for `clocks.runFor(ms)`. Loaded before anything that might look at
// them.
globalThis.clocks = (() => {
  const realNow = Date.now;
  const query = new URLSearchParams(location.search);
  const clocks = { skew: Number(query.get('skew') ?? 0), trueNow: () => realNow.call(Date) };

  Date.now = () => clocks.trueNow() + clocks.skew;
  Date = new Proxy(Date, {
    construct: (RealDate, given) =>
      given.length === 0 ? new RealDate(RealDate.now()) : Reflect.construct(RealDate, given),
  });

  if (query.has('unplugged')) Object.defineProperty(navigator, 'onLine', { value: false });

  if (query.has('virtual')) {
    const began = clocks.trueNow();
    const timers = new Map();
    let elapsed = 0;
    let last = 0;
    clocks.trueNow = () => began + elapsed;
    performance.now = () => elapsed;
    globalThis.setTimeout = (run, delay = 0, ...args) =>
      timers.set(++last, { at: elapsed + Math.max(delay, 0), run: () => run(...args) }) && last;
    globalThis.clearTimeout = (id) => void timers.delete(id);
    // Not a timer: those of a page in the background come once a second.
    const { port1, port2 } = new MessageChannel();
    const aMoment = () =>
      new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(0);
      });
    /**
     * Whatever falls due within so many milliseconds happens; after each timer, `settled` is awaited until it is true
     * in real time.
     */
    clocks.runFor = async (ms, settled) => {
      const end = elapsed + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due[0]);
        elapsed = Math.max(elapsed, due[1].at);
        due[1].run();
        do await aMoment();
        while (!settled());
      }
      elapsed = end;
    };
  }
  return clocks;
})();

/** What went wrong in the page and nobody caught. */
globalThis.troubles = [];
addEventListener('error', ({ message }) => troubles.push(message));
addEventListener('unhandledrejection', ({ reason }) => troubles.push(String(reason)));
