// Tabs of one origin, as far as the package sees them: `BroadcastChannel` and Web Locks, in one process. Each source is
// a tab.
import { replace } from './clock.mjs';

/**
 * Makes them for the length of a test; `locks: false` leaves those out, and messages are under way for `latency` ms of
 * the test's clock.
 */
export function openTabs(context, { locks = true, latency = 0 } = {}) {
  const channels = new Set();
  const queue = [];
  const log = [];

  class BroadcastChannel {
    constructor(name) {
      this.name = name;
      channels.add(this);
    }

    postMessage(message) {
      if (!channels.has(this)) throw new DOMException('closed', 'InvalidStateError');
      log.push(message);
      for (const other of channels) {
        if (other === this || other.name !== this.name) continue;
        const data = structuredClone(message);
        const arrive = () => channels.has(other) && other.onmessage?.({ data });
        if (latency > 0) setTimeout(arrive, latency);
        else setImmediate(arrive);
      }
    }

    close() {
      channels.delete(this);
    }
  }

  const grant = (name) => {
    const next = queue.find((request) => request.name === name);
    if (!next || next.held) return;
    next.held = true;
    queueMicrotask(async () => {
      await next.callback({ name });
      next.settle();
      leave(next);
    });
  };
  const leave = (request) => {
    queue.splice(queue.indexOf(request), 1);
    grant(request.name);
  };
  const manager = {
    request: (name, { signal }, callback) =>
      new Promise((settle, reject) => {
        const request = { name, callback, settle, held: false };
        queue.push(request);
        signal.addEventListener('abort', () => {
          if (request.held) return;
          leave(request);
          reject(signal.reason);
        });
        grant(name);
      }),
  };
  replace(context, globalThis, { BroadcastChannel, navigator: locks ? { locks: manager } : {} });
  return {
    log,
    /** What has been said, by kind. */
    said: () => log.flatMap(({ kind }) => kind ?? []),
    /** A tab of another make, for saying what none of ours would. */
    stranger: (name) => new BroadcastChannel(name),
    names: () => [...new Set([...channels].map(({ name }) => name))],
    channels: () => channels.size,
    /** How many hold a lock, and how many wait for one. */
    locks: () => [queue.filter(({ held }) => held).length, queue.filter(({ held }) => !held).length],
    manager,
  };
}
