// What `make bench` holds the package to; `node benches/run.mjs --check` fails where one of these is broken.

/** How many times as fast as Momento's SDK, in Chromium, by the number of permissions. */
const FASTER_THAN_SDK = {
  full: { 1: 10, 5: 12, 10: 12 },
  credential: { 1: 8, 5: 10, 10: 12 },
};

/**
 * The first decoded token of a page with empty caches, and the first request for one: at most so many times as long as
 * with the hand-written floor, and with `fetch` alone.
 */
const COLD_OF_FLOOR = { decode: 1.5, request: 1.5 };

/** Each bound, what was measured, and whether it holds. `rows` are Chromium's. */
export function checkBounds({ rows, cold }) {
  const speeds = rows.map(({ task, permissions, sdkOfOurs }) => {
    const bound = FASTER_THAN_SDK[task][permissions];
    return {
      what: `${task}, ${permissions} permissions: SDK / ours`,
      bound: `at least ${bound}`,
      found: sdkOfOurs,
      holds: sdkOfOurs >= bound,
    };
  });
  const colds = Object.entries(COLD_OF_FLOOR).map(([task, bound]) => ({
    what: `cold ${task}: ours / floor`,
    bound: `at most ${bound}`,
    found: cold[task].ofFloor,
    holds: cold[task].ofFloor <= bound,
  }));
  return [...speeds, ...colds];
}
