// Chromium by its DevTools protocol, over a pipe: what no driver in between can soften (freezing, crashing,
// throttling).
import { FLAGS } from '../../e2e/support/flags.mjs';
import { startGroup } from './process.mjs';

/** As its users have it: tabs in the background are throttled, and pages go into the back/forward cache. */
export async function startChromium(...flags) {
  const own = ['--headless', '--remote-debugging-pipe', '--user-data-dir={folder}'];
  const group = startGroup(process.env.CHROME_PATH, [...own, ...FLAGS, ...flags, 'about:blank'], { pipes: 2 });
  const { send, on } = speak(group);
  await Promise.race([send('Browser.getVersion'), group.failed]);

  async function attach(targetId) {
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    const command = (method, params) => send(method, params, sessionId);
    await Promise.all([command('Page.enable'), command('Runtime.enable'), command('Network.enable')]);
    return tabOf(targetId, command, (method, listener) =>
      on(method, (params, from) => from === sessionId && listener(params)),
    );
  }

  function tabOf(targetId, command, listen) {
    async function evaluate(expression) {
      const { result, exceptionDetails } = await command('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: true,
      });
      if (exceptionDetails)
        throw new Error(`in the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
      return result.value;
    }
    const loaded = () => new Promise((resolve) => listen('Page.loadEventFired', resolve));
    return {
      evaluate,
      command,
      listen,
      async goto(url) {
        const done = loaded();
        const { errorText } = await command('Page.navigate', { url });
        if (errorText) throw new Error(`${url}: ${errorText}`);
        await done;
      },
      /** Like the button: the page may come out of the cache. */
      async back() {
        const { currentIndex, entries } = await command('Page.getNavigationHistory');
        await command('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1].id });
      },
      /** Brings it to the front; the one that was there is hidden. */
      show: () => send('Target.activateTarget', { targetId }),
      freeze: () => command('Page.setWebLifecycleState', { state: 'frozen' }),
      thaw: () => command('Page.setWebLifecycleState', { state: 'active' }),
      /** The process dies, as when memory runs out; nothing in the page hears of it. */
      async crash() {
        const gone = new Promise((resolve) => listen('Inspector.targetCrashed', resolve));
        void command('Page.crash').catch(() => {});
        await gone;
      },
      close: () => send('Target.closeTarget', { targetId }),
    };
  }

  const tabs = new Set();
  return {
    group,
    async open(url) {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank', newWindow: false });
      const tab = await attach(targetId);
      tabs.add(tab);
      await tab.goto(url);
      return tab;
    },
    async offline(offline) {
      const conditions = { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
      await Promise.all(
        [...tabs].map((tab) => tab.command('Network.emulateNetworkConditions', conditions).catch(() => {})),
      );
    },
    end: () => group.end(),
  };
}

/** Commands and events as JSON, each ended by a NUL. */
function speak(group) {
  const [, , , requests, answers] = group.stdio;
  const waiting = new Map();
  const listeners = new Map();
  let last = 0;
  let rest = [];
  answers.on('data', (chunk) => {
    for (let end; (end = chunk.indexOf(0)) >= 0; chunk = chunk.subarray(end + 1)) {
      receive(JSON.parse(Buffer.concat([...rest, chunk.subarray(0, end)])));
      rest = [];
    }
    rest.push(chunk);
  });
  let gone;
  answers.on('close', () => {
    gone = new Error(`Chromium is gone:\n${group.journal}`);
    for (const { reject } of waiting.values()) reject(gone);
  });
  requests.on('error', () => {});

  function receive({ id, result, error, method, params, sessionId }) {
    if (id === undefined) {
      for (const listener of listeners.get(method) ?? []) listener(params, sessionId);
      return;
    }
    const { resolve, reject, what } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(`${what}: ${error.message}`));
    else resolve(result);
  }
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        waiting.set(++last, { resolve, reject, what: method });
        requests.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
      }),
    on(method, listener) {
      if (!listeners.has(method)) listeners.set(method, new Set());
      listeners.get(method).add(listener);
    },
  };
}
