// A page whose clock the test drives (pages/clock.mjs), and what it is to do.
import { disposable } from '../../package/support/mint.mjs';
import { open } from './page.mjs';

/** A token whose id is what was asked for, by a header or in the URL, unless `answer` says otherwise. */
export async function visitWithClock(t, browser, code, answer = (_, { url, headers }) => ({ body: disposable(300, { id: headers['x-call'] ?? url.search.slice(1) }) })) {
  const opened = await open(t, browser, await code, async (...parameters) => answer(...parameters));
  const { page } = opened;
  /** Calls a function of the page, and waits until all has come of it that comes without time passing. */
  const call = (name, ...given) =>
    page.run(
      async (name, given) => {
        const result = globalThis.page[name](...given);
        await clock.settle();
        return result;
      },
      name,
      given,
    );
  return {
    ...opened,
    call,
    give: (options) => call('give', options),
    pass: (ms) => page.run((ms) => clock.pass(ms), ms),
    seen: () => page.text('#token'),
  };
}
