// Clocks and timers of a page under a test's thumb. To be imported before anything that keeps a timer function for
// itself.
const { fetch } = globalThis;
const [mono, wall] = [performance.now(), Date.now()];
const timers = new Map();
let passed = 0;
let last = 0;
let inTheAir = 0;

performance.now = () => mono + passed;
Date.now = () => wall + passed;
globalThis.setTimeout = (run, delay = 0, ...parameters) => {
  timers.set(++last, { at: passed + Math.max(1, delay), run: () => run(...parameters) });
  return last;
};
globalThis.clearTimeout = (id) => void timers.delete(id);
globalThis.fetch = async (url, init) => {
  inTheAir += 1;
  try {
    const headers = new Headers(init?.headers);
    // The service keeps the page's time.
    headers.set('x-passed', String(passed));
    const response = await fetch(url, { ...init, headers });
    // The whole answer, so that nothing is on its way any more.
    return new Response(await response.text(), response);
  } finally {
    inTheAir -= 1;
  }
};

/** One task. Not a timer, which some engines hold up in pages that nobody looks at. */
const turn = () =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), done());
    port2.postMessage(null);
  });

/** Lets everything run that waits for nothing but its turn, or for the server. */
async function settle() {
  for (let quiet = 0; quiet < 50; quiet = inTheAir ? 0 : quiet + 1) await turn();
}

globalThis.clock = {
  settle,
  /** Time passes, and timers fire when they are due. */
  async pass(ms) {
    const end = passed + ms;
    for (;;) {
      await settle();
      const [id, due] = [...timers].reduce(
        (first, timer) => (timer[1].at < (first[1]?.at ?? Infinity) ? timer : first),
        [],
      );
      if (!due || due.at > end) break;
      passed = due.at;
      timers.delete(id);
      due.run();
    }
    passed = end;
    await settle();
  },
};
