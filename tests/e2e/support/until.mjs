import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `condition` gives something true, which it returns; after `seconds` it fails, saying what was awaited:
 * `what` is a text, or makes one then.
 */
export async function until(what, condition, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) {
      throw new Error(`waited ${seconds} s in vain until ${typeof what === 'function' ? what() : what}`);
    }
    await pause(25);
  }
}
