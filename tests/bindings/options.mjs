// Options that change, of React's hook and of Vue's alike, under a clock that the tests drive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitWithClock } from './support/clocked.mjs';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** `code()` gives a page's script. */
export function optionsTests(browser, code) {
  const visit = (t, answer) => visitWithClock(t, browser(), code(), answer);

  for (const option of ['vend.headers', 'vend.url', 'vend.body', 'tokenId']) {
    test(`${option} that differs at each render: three requests at once, ten in ten minutes, and the app stays up with a token`, async (t) => {
      const { seen, pass, call, vends } = await visit(t, (_count, _request, mint) => ({ body: mint(300) }));
      await call('restless', option);
      assert.ok(vends() >= 1 && vends() <= 3, `${vends()} at once`);
      // Token and status are the kept source's.
      assert.equal(await seen(), 'ready user-7 ERR_ARGUMENT');
      assert.ok((await call('message')).includes(`\`${option}\``), 'the error names the option');
      for (let minute = 0; minute < 20; minute++) {
        // The first request leaves the window when ten minutes have passed to the millisecond.
        await pass(MINUTE - SECOND);
        if (minute === 9) assert.ok(vends() <= 10, `${vends()} in ten minutes`);
        await pass(SECOND);
        assert.match(await seen(), /^(ready|refreshing) user-7 ERR_ARGUMENT$/, `minute ${minute}`);
      }
      assert.ok(vends() <= 20, `${vends()} in twenty minutes`);
    });
  }

  test('a text field in the URL: the first two changes at once, the rest when the typing has ended', async (t) => {
    const { seen, pass, give, requests } = await visit(t);
    for (const text of ['', 'r', 'ro', 'roo', 'room', 'room-', 'room-7']) {
      await give({ vend: `/token?${text}` });
      await pass(200);
    }
    assert.deepEqual(
      requests().map(({ url }) => url.search),
      ['', '?r', '?ro'],
    );
    assert.equal(await seen(), 'ready ro ERR_ARGUMENT');
    await pass(700);
    assert.equal(await seen(), 'ready ro ERR_ARGUMENT', 'still for 0.9 s');
    await pass(200);
    assert.equal(await seen(), 'ready room-7 ');
    assert.equal(requests().length, 4);
  });

  test('three changes that take longer than 5 s are used at once', async (t) => {
    const { seen, pass, give } = await visit(t);
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      await give({ vend: `/token?${text}` });
      assert.equal(await seen(), `ready ${text} `);
      await pass(2_600);
    }
  });

  test('each pause that is followed by another change is twice as long as the last one', async (t) => {
    const { seen, pass, give } = await visit(t);
    for (const text of ['a', 'b', 'c']) await give({ vend: `/token?${text}` });
    let last = 'c';
    for (const [nth, pause] of [1, 2, 4].entries()) {
      await give({ vend: `/token?nth-${nth}` });
      await pass(pause * SECOND - 50);
      assert.equal(await seen(), `ready ${last} ERR_ARGUMENT`, `a pause of ${pause} s`);
      await pass(100);
      assert.equal(await seen(), `ready nth-${nth} `, `after a pause of ${pause} s`);
      last = `nth-${nth}`;
      await pass(4_800);
    }
    await pass(SECOND);
    await give({ vend: '/token?calm' });
    assert.equal(await seen(), 'ready calm ', 'still for more than 5 s');
  });

  test('options that go back to what they were before the pause ended need no other source', async (t) => {
    const { seen, pass, give, vends } = await visit(t);
    for (const text of ['a', 'b', 'c', 'd', 'c']) await give({ vend: `/token?${text}` });
    assert.equal(await seen(), 'ready c ERR_ARGUMENT');
    await pass(1_100);
    assert.equal(await seen(), 'ready c ');
    assert.equal(vends(), 3);
  });

  test('what goes wrong with the service is counted over all sources of a hook', async (t) => {
    const { seen, pass, give, vends } = await visit(t, () => ({ status: 503 }));
    for (let nth = 0; nth < 60; nth++) {
      await give({ vend: `/token?${nth}` });
      await pass(10 * SECOND);
    }
    assert.ok(vends() >= 9 && vends() <= 10, `${vends()} requests in ten minutes`);
    assert.match(await seen(), /^waiting none ERR_/);
  });

  test('nine sources in ten minutes; the next options are used when there is room', async (t) => {
    const { seen, pass, give, call, vends } = await visit(t, (_, { url }, mint) => ({
      body: mint(3600, { id: url.search.slice(1) }),
    }));
    for (let nth = 0; nth < 10; nth++) {
      await give({ vend: `/token?${nth}` });
      await pass(10 * SECOND);
    }
    assert.equal(await seen(), 'ready 8 ERR_ARGUMENT');
    assert.match(await call('message'), /`vend\.url`.*ten minutes/);
    await pass(502 * SECOND);
    assert.equal(await seen(), 'ready 9 ');
    assert.equal(vends(), 10);
  });

  test('of a vend function and of a headers function, the newest is called, and no other source is made', async (t) => {
    for (const [name, options] of [
      ['vend', (call) => ({ vend: { call } })],
      ['headers', (call) => ({ vend: { url: '/token', headers: { call } } })],
    ]) {
      const { seen, give, call, pass, vends } = await visit(t);
      await give(options('room-1'));
      await call('keep');
      for (let nth = 2; nth < 9; nth++) await give(options(`room-${nth}`));
      assert.equal(await seen(), 'ready room-1 ', name);
      assert.equal(vends(), 1);
      await pass(SECOND);
      await call('refresh');
      assert.equal(await seen(), 'ready room-8 ', name);
      assert.equal(vends(), 2);
      // By its own, too.
      await give(options('room-9'));
      await pass(5 * MINUTE);
      assert.match(await seen(), /^\w+ room-9 $/, name);
      assert.ok(await call('same'), 'the same source');
    }
  });

  test('a function in place of a URL, or the other way round, is another source', async (t) => {
    const { seen, give } = await visit(t);
    await give({ vend: '/token?url' });
    await give({ vend: { call: 'function' } });
    assert.equal(await seen(), 'ready function ');
    await give({ vend: { url: '/token?request', headers: { call: 'headers' } } });
    assert.equal(await seen(), 'ready headers ');
  });

  test('the same options, written another way, are no change', async (t) => {
    const { seen, give, vends } = await visit(t);
    const scope = { permissions: [{ role: 'readonly', cache: 'chat' }] };
    const post = { url: '/token', method: 'POST', body: { a: 1 } };
    for (const headers of [{ 'X-Call': 'one' }, { 'x-call': 'one' }, [['x-call', 'one']]]) {
      for (let nth = 0; nth < 3; nth++) await give({ vend: { ...post, headers }, scope });
    }
    assert.equal(await seen(), 'ready one ');
    assert.equal(vends(), 1);
  });

  test('a body of form parameters counts by what it says, one of form data by which object it is', async (t) => {
    const { give, pass, vends } = await visit(t, (_count, _request, mint) => ({ body: mint(3600) }));
    for (const [form, expected] of [
      ['a=1', 1],
      ['a=1', 1],
      ['a=2', 2],
      ['kept', 3],
      ['kept', 3],
    ]) {
      await give({ vend: { url: '/token', method: 'POST', body: { form } } });
      assert.equal(vends(), expected, form);
      await pass(6 * SECOND);
    }
  });

  test('nothing is left to do for a component that has gone', async (t) => {
    const { pass, call, vends } = await visit(t);
    await call('restless', 'vend.url');
    const before = vends();
    await call('empty');
    await pass(10 * MINUTE);
    assert.equal(vends(), before);
  });
}
