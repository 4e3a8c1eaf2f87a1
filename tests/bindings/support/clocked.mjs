// A page whose clock the test drives (pages/clock.mjs), and what it is to do.
import { disposable } from '../../package/support/mint.mjs';
import { open } from './page.mjs';

const named = (_, { url, headers }, mint) => ({ body: mint(300, { id: headers['x-call'] ?? url.search.slice(1) }) });

/**
 * `answer(count, request, mint)` is the vending service's nth answer; `mint` is `disposable` by the page's time. By
 * default, a token whose id is what was asked for, by a header or in the URL.
 */
export async function visitWithClock(t, browser, code, answer = named) {
  const opened = await open(t, browser, await code, async (count, request) => {
    const passed = Number(request.headers['x-passed']);
    const mint = (seconds, more) => disposable(seconds + Math.round(passed / 1_000), more);
    const date = new Date(Date.now() + passed).toUTCString();
    const { headers, ...rest } = await answer(count, request, mint);
    return { ...rest, headers: { date, ...headers } };
  });
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
