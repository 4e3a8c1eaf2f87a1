// zone.js, by which Angular knows when an app is at rest: a timer that is always armed would keep it from ever being
// so. What the package does by itself is done in the root zone, and functions of the app are called in the zone in
// which they were given.

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

/** Calls this outside of any zone of the app's. */
export const outside = <T>(callback: () => T): T => runIn(zones()?.root, callback);

/** Gives what calls others in the zone of now. */
export function here(): <T>(callback: () => T) => T {
  const zone = zones()?.current;
  return (callback) => runIn(zone, callback);
}
