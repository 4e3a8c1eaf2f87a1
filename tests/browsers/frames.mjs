// What an app passes in may come from a frame, whose classes are not those of the page.
import assert from 'node:assert/strict';
import { scenario } from './support/scenarios.mjs';

scenario(
  "URL, Headers, AbortSignal, Date and Response of a frame serve as the page's own do",
  async ({ service: start, open }) => {
    const service = await start();
    const tab = await open(service.url);
    const outcome = await tab.run(async () => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const { AbortController, Date, Headers, URL, fetch } = frame.contentWindow;
      const url = new URL('token', location.href);
      const ofPage = [
        url instanceof globalThis.URL,
        new Date() instanceof globalThis.Date,
        new Headers() instanceof globalThis.Headers,
      ];
      const sources = [
        { vend: url },
        { vend: { url, headers: new Headers({ 'x-tab': 'headers' }) } },
        { vend: { url, headers: () => new Headers({ 'x-tab': 'function' }) } },
        { vend: () => fetch(url, { headers: { 'x-tab': 'response' } }) },
      ].map((options) => new TokenSource({ ...options, start: 'on-demand' }));
      const ids = [];
      for (const source of sources) ids.push((await source.getToken({ signal: new AbortController().signal })).tokenId);

      const controller = new AbortController();
      const refused = sources[0]
        .getToken({ forceRefresh: true, signal: controller.signal })
        .catch((error) => error.name);
      controller.abort();
      const token = sources[0].current;
      const at = [new Date(0), new Date(8.64e15)].map((date) => token.isExpired(date));
      const name = await refused;
      for (const source of sources) source.close();
      return { ofPage, ids, name, at };
    });
    assert.deepEqual(outcome, {
      ofPage: [false, false, false],
      ids: ['1', '2', '3', '4'],
      name: 'AbortError',
      at: [false, true],
    });
    assert.deepEqual(
      service.vends.slice(0, 4).map(({ tab }) => tab),
      [undefined, 'headers', 'function', 'response'],
    );
  },
);
