// The clock, the source and the SDK are the test's.
import { diary } from './diary.mjs';
import { stage } from './fakes.mjs';

/** Timers and the wall clock stand still until the test moves them; the pauses are as long as they may be. */
export function still(t) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  t.mock.method(Math, 'random', () => 1);
  return (ms) => t.mock.timers.tick(ms);
}

/** A subscription whose first stream has said something. */
export function begin(t, options) {
  const pass = still(t);
  const played = stage(t, options);
  const handlers = diary();
  const subscription = played.topics.subscribe('chat', 'room', handlers);
  played.streams[0]?.item(1);
  return { ...played, pass, subscription, handlers, heard: handlers.heard };
}
