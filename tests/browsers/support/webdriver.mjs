// Firefox and WebKit by the WebDriver protocol.
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startGroup } from './process.mjs';

export async function startFirefox() {
  const port = await freePort();
  const group = startGroup(process.env.FIREFOX_DRIVER, ['--port', String(port), '--profile-root', '{folder}'], {
    env: { MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const browser = await startSession(group, port, {
    'moz:firefoxOptions': {
      binary: process.env.FIREFOX_PATH,
      args: ['-headless', '-remote-allow-system-access'],
      prefs: { 'network.disable-localhost-when-offline': true },
    },
  });
  /** A script of the browser's own, with its rights. */
  const chrome = (script, ...args) =>
    browser.alone(async () => {
      await browser.send('POST', '/moz/context', { context: 'chrome' });
      try {
        return await browser.send('POST', '/execute/sync', { script, args });
      } finally {
        await browser.send('POST', '/moz/context', { context: 'content' });
      }
    });
  return { ...browser, offline: (offline) => chrome('Services.io.offline = arguments[0]', offline) };
}

export async function startWebKit() {
  const port = await freePort();
  const group = startGroup('xvfb-run', ['-a', process.env.WEBKIT_DRIVER, `--port=${port}`]);
  return startSession(group, port, {
    'webkitgtk:browserOptions': { binary: process.env.WEBKIT_PATH, args: ['--automation'] },
  });
}

async function startSession(group, port, options) {
  const base = `http://127.0.0.1:${port}/session`;
  const { sessionId } = await create(group, base, {
    capabilities: { alwaysMatch: { ...options, pageLoadStrategy: 'normal' } },
  });
  const send = (method, path, body) => ask(`${base}/${sessionId}${path}`, method, body);
  await send('POST', '/timeouts', { script: 120_000, pageLoad: 30_000 });

  // One command at a time, since each goes to the tab that was switched to last.
  let queue = Promise.resolve();
  const first = await send('GET', '/window');
  let current = first;
  const alone = (work) => (queue = queue.then(work, work));
  const within = (handle, work) =>
    alone(async () => {
      if (current !== handle) await send('POST', '/window', { handle });
      current = handle;
      return work();
    });

  return {
    group,
    send,
    alone,
    async open(url) {
      // The first window stays: the session ends with the last, and only from a living one can another be opened.
      const { handle } = await within(first, () => send('POST', '/window/new', { type: 'tab' }));
      const tab = tabOf(handle, send, within);
      await tab.goto(url);
      return tab;
    },
    async end() {
      await Promise.race([alone(() => send('DELETE', '')).catch(() => {}), pause(3_000)]);
      await group.end();
    },
  };
}

function tabOf(handle, send, within) {
  return {
    handle,
    async evaluate(expression) {
      // Asked again and again, since a script that the driver waits for would keep all other tabs waiting. In the
      // page's own global object, for a script of the driver's runs in another; and as a microtask, for WebKit runs
      // those in the midst of a driver's script.
      const place = `outcome${Math.random()}`;
      const begin = `window.eval(\`Promise.resolve().then(() => (\${arguments[1]})).then((value) => ({ value }), (error) => ({ error: String(error) + ' ' + error?.stack }))
        .then((outcome) => { window['\${arguments[0]}'] = outcome; })\`)`;
      await within(handle, () => send('POST', '/execute/sync', { script: begin, args: [place, expression] }));
      const look = 'const found = window[arguments[0]]; if (found) delete window[arguments[0]]; return found ?? null;';
      for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
        const outcome = await within(handle, () => send('POST', '/execute/sync', { script: look, args: [place] }));
        if (outcome?.error) throw new Error(`in the page: ${outcome.error}`);
        if (outcome) return outcome.value;
        await pause(wait);
      }
    },
    goto: (url) => within(handle, () => send('POST', '/url', { url })),
    back: () => within(handle, () => send('POST', '/back', {})),
    // In Firefox, whatever is asked of a tab brings it to the front.
    show: () => within(handle, () => {}),
    close: () => within(handle, () => send('DELETE', '/window')),
  };
}

/** The driver takes a moment to listen. */
async function create(group, base, body) {
  for (const deadline = Date.now() + 30_000; ; await pause(50)) {
    try {
      return await Promise.race([ask(base, 'POST', body), group.failed]);
    } catch (error) {
      if (error.cause?.code !== 'ECONNREFUSED' || Date.now() > deadline)
        throw new Error(`${error.message}\n${group.journal}`, { cause: error });
    }
  }
}

async function ask(url, method, body) {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { value } = await response.json();
  if (!response.ok)
    throw new Error(
      `WebDriver: ${method} ${new URL(url).pathname.replace(/^\/session\/[^/]+/, '')}: ${value.error}: ${value.message}`,
    );
  return value;
}
