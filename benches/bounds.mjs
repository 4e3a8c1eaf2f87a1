// What `make bench` holds the package to; `node benches/run.mjs --check` fails where one of these is broken.

/** How many times as fast as Momento's SDK, in Chromium, by the number of permissions. */
const FASTER_THAN_SDK = {
  full: { 1: 10, 5: 12, 10: 12 },
  credential: { 1: 8, 5: 10, 10: 12 },
};

/** The first decoded token of a page with empty caches: at most so many times as long as with the hand-written floor. */
const COLD_OF_FLOOR = 1.5;

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
  const { ofFloor } = cold;
  return [
    ...speeds,
    { what: 'cold: ours / floor', bound: `at most ${COLD_OF_FLOOR}`, found: ofFloor, holds: ofFloor <= COLD_OF_FLOOR },
  ];
}
