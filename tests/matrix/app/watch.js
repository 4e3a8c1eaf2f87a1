// In a page, before all else: tells the service which of its tokens the page shows, each by its name or by when it
// expires, and what went wrong.
if (globalThis.document) {
  const query = new URLSearchParams(location.search);
  const service = query.get('service') ?? location.origin;
  const wanted = Number(query.get('tokens') ?? 2);
  const UNDERWAY = ['', 'idle', 'fetching', 'refreshing', 'waiting'];
  const outcome = { shown: [], troubles: [] };
  const trouble = (text) => outcome.troubles.push(text);

  addEventListener('error', ({ message }) => trouble(`error: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => trouble(`unhandled: ${reason}`));
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    trouble(`CSP: ${violatedDirective} ${blockedURI}`),
  );
  for (const level of ['error', 'warn']) {
    const say = console[level];
    console[level] = (...words) => {
      trouble(`${level}: ${words.join(' ')}`);
      say.apply(console, words);
    };
  }

  let last = '';
  let queue = Promise.resolve();
  const look = () => {
    // The README's components have a button beside what they say.
    const text = (document.querySelector('#app, #root, main')?.textContent ?? '').replace(/ Try again\s*$/, '').trim();
    if (text === last || UNDERWAY.includes(text)) return;
    last = text;
    const now = Date.now();
    queue = queue.then(() => name(text, now)).then(note);
  };
  async function name(text, now) {
    const vended = await (await fetch(`${service}/vended`)).json();
    const token = vended.find(
      ({ id, expiresAt }) => text === id || text.endsWith(` until ${new Date(expiresAt).toLocaleTimeString()}`),
    );
    if (!token) return text;
    return token.expiresAt > now ? token.id : `${token.id}, expired`;
  }
  async function note(what) {
    if (outcome.shown.push(what) === wanted || !/^token-\d+$/.test(what))
      await fetch(`${service}/report`, { method: 'POST', body: JSON.stringify(outcome) });
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}
