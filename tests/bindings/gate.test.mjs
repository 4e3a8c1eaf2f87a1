// Which options a hook uses: random histories of renders, held against the rule as it is written in react.d.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cases } from '../package/support/random.mjs';
import { OptionsGate } from './support/gate.mjs';

const offer = (content) => ({ content });

/** A gate, its clock, and what a hook would do with both. */
function hook(admitsIn = () => 0) {
  const gate = new OptionsGate(admitsIn);
  let now = 0;
  return {
    gate,
    give(content) {
      const given = offer(content);
      const decision = gate.decide(given, now);
      assert.equal(gate.decide(offer(content), now), decision, 'deciding changes nothing');
      gate.apply(given, decision, now);
      gate.apply(given, decision, now);
      return decision;
    },
    /** Ticks when it is due, as a timer would. */
    pass(ms) {
      const end = now + ms;
      for (let due; (due = gate.due(now)) !== undefined && now + due <= end; ) {
        now += due;
        gate.tick(now);
      }
      now = end;
    },
    used: () => gate.used.content,
  };
}

test('two changes within 5 s are used, a third one waits until all has been still for 1 s', () => {
  const { gate, give, pass, used } = hook();
  assert.deepEqual(
    ['a', 'b', 'c'].map((url) => give({ url })),
    ['use', 'use', 'use'],
  );
  assert.deepEqual(
    [give({ url: 'd' }), used(), gate.problem],
    ['wait', { url: 'c' }, { reason: 'unstable', names: ['url'], pauseMs: 1_000 }],
  );
  pass(999);
  assert.deepEqual([give({ url: 'e' }), used()], ['wait', { url: 'c' }]);
  pass(999);
  assert.equal(give({ url: 'e' }), 'same', 'no change');
  assert.deepEqual(used(), { url: 'c' });
  pass(1);
  assert.deepEqual([used(), gate.problem, gate.due(2_000)], [{ url: 'e' }, undefined, undefined]);
});

test('the pause doubles up to 60 s while changes follow within 5 s, and is 1 s again after that', () => {
  const { gate, give, pass } = hook();
  for (const url of ['a', 'b', 'c']) give({ url });
  for (const [nth, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
    assert.equal(give({ url: `nth-${nth}` }), 'wait');
    assert.equal(gate.problem.pauseMs, seconds * 1_000);
    pass(seconds * 1_000);
    assert.equal(gate.problem, undefined);
    pass(5_000);
  }
  pass(1);
  assert.deepEqual(
    ['a', 'b', 'c'].map((url) => give({ url })),
    ['use', 'use', 'wait'],
  );
  assert.equal(gate.problem.pauseMs, 1_000);
});

test('the problem names each option that changed, once, and stays the same object while they are the same', () => {
  const { gate, give } = hook();
  for (const [url, tokenId] of [
    ['a', '1'],
    ['b', '1'],
    ['b', '2'],
    ['c', '2'],
  ])
    give({ url, tokenId });
  const { problem } = gate;
  assert.deepEqual(problem.names, ['url', 'tokenId']);
  for (const url of ['d', 'e', 'f']) give({ url, tokenId: '2' });
  assert.equal(gate.problem, problem);
  give({ url: 'f', tokenId: '2', scope: 'some' });
  give({ url: 'f', tokenId: '2' });
  assert.deepEqual(gate.problem.names, ['url', 'tokenId', 'scope']);
});

test('where the budget is spent, a single change waits for it', () => {
  const { gate, give, pass, used } = hook((at) => Math.max(0, 90_000 - at));
  give({ url: 'a' });
  assert.deepEqual([give({ url: 'b' }), gate.problem.reason, gate.due(0)], ['wait', 'budget', 90_000]);
  pass(89_999);
  assert.deepEqual(used(), { url: 'a' });
  pass(1);
  assert.deepEqual(used(), { url: 'b' });
});

test('random histories: in the end the newest options are used, never without a pause after the third change', (t) => {
  cases(t, 'histories', 300, (random) => {
    const { gate, give, pass, used } = hook();
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    let now = 0;
    let newest;
    let changed = 0;
    const uses = [];
    const noting = (run, check = () => {}) => {
      const before = gate.used?.content;
      run();
      if (!before || same(before, used())) return;
      check();
      uses.push(now);
    };
    for (let nth = 0; nth < 200; nth++) {
      const content = { url: random.below(4), tokenId: random.below(2) };
      if (!same(content, newest)) changed = now;
      newest = content;
      noting(() => give(content));
      assert.ok(gate.problem || same(used(), newest), 'it tells why it waits');
      const ms = random.pick([0, 10, 300, 900, 2_000, 6_000, 70_000]);
      noting(
        () => (pass(ms), (now += ms)),
        () => assert.ok(now - changed >= 1_000 && same(used(), newest)),
      );
    }
    // Two at once, and another after a pause of a second.
    assert.ok(
      uses.every((at, nth) => nth < 3 || at - uses[nth - 3] >= 1_000),
      uses.join(),
    );
    pass(70_000);
    assert.deepEqual(used(), newest);
  });
});
