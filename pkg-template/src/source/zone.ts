// zone.js, from which Angular learns when an app is stable. A timer that is always pending would keep the app from ever
// becoming stable, so the package's own work runs in the root zone. The app's functions are called in the zone in which
// they were passed in.

interface Zone {
  run<T>(callback: () => T): T;
}

interface Zones {
  root?: Zone;
  current?: Zone;
}

const zones = (): Zones | undefined => (globalThis as { Zone?: Zones }).Zone;

const runIn = <T>(zone: Zone | undefined, callback: () => T): T =>
  typeof zone?.run === 'function' ? zone.run(callback) : callback();

/** Calls `callback` in the root zone, outside the app's zones. */
export const outside = <T>(callback: () => T): T => runIn(zones()?.root, callback);

/** Returns a function that calls its argument in the current zone. */
export function here(): <T>(callback: () => T) => T {
  const zone = zones()?.current;
  return (callback) => runIn(zone, callback);
}
