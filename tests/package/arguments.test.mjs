// Functions that take a scope: no value that is none ever counts as one. The values are fast-check's, the judge is
// support/scope-oracle.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@gomomento/sdk-web';
import fc from 'fast-check';
import * as core from '../../pkg/index.js';
import { toSdkScope } from '../../pkg/momento.js';
import { anything, nearlyScope, scope } from './support/arbitrary-scope.mjs';
import { actionsOf, grantsOf, permits, toAction } from './support/scope-oracle.mjs';

const {
  TokenError,
  TokenSource,
  allows,
  covers,
  decodePermissions,
  describeScope,
  encodePermissions,
  mergeScopes,
  parseScope,
} = core;

const VALID = { permissions: [{ role: 'readwrite', cache: 'chat' }] };
const ACTION = { type: 'cache', access: 'read', cache: 'chat', key: 'k' };

/** Each position that takes a scope: how an error calls it, and whether `'super-user'` has a meaning there. */
const POSITIONS = [
  { label: 'parseScope(x)', call: (x) => parseScope(x), names: 'scope' },
  { label: 'mergeScopes(x)', call: (x) => mergeScopes(x), names: 'scope 1' },
  { label: 'mergeScopes(scope, x)', call: (x) => mergeScopes(VALID, x), names: 'scope 2' },
  { label: 'mergeScopes(x, scope)', call: (x) => mergeScopes(x, VALID), names: 'scope 1' },
  { label: 'encodePermissions(x)', call: (x) => encodePermissions(x), names: 'scope' },
  { label: 'describeScope(x)', call: (x) => describeScope(x), names: 'scope', superUser: true },
  { label: 'allows(x, action)', call: (x) => allows(x, ACTION), names: 'scope', superUser: true },
  { label: 'covers(x, scope)', call: (x) => covers(x, VALID), names: 'granted', superUser: true },
  { label: 'covers(scope, x)', call: (x) => covers(VALID, x), names: 'requested' },
  { label: "covers('super-user', x)", call: (x) => covers('super-user', x), names: 'requested' },
  {
    label: 'new TokenSource({ scope: x })',
    call: (x) => new TokenSource({ vend: () => '', start: 'on-demand', scope: x }).close(),
    names: 'scope',
    optional: true,
  },
  { label: 'toSdkScope(x, sdk)', call: (x) => toSdkScope(x, sdk), names: 'scope' },
];

/** Fails unless the call throws a TokenError about a scope. */
function assertRejects(call, label) {
  try {
    const value = call();
    assert.fail(
      `${label} accepted a value that is no scope, and gave ${typeof value === 'boolean' ? value : typeof value}`,
    );
  } catch (error) {
    assert.ok(error instanceof TokenError, `${label}: ${error?.constructor?.name}: ${error?.message}`);
    assert.match(error.code, /^ERR_(SCOPE_INVALID|SCOPE_LIMIT|ARGUMENT)$/, label);
    return error;
  }
}

const check = (arbitrary, property, numRuns) => fc.assert(fc.property(arbitrary, property), { numRuns, verbose: 1 });

test('text is no scope, whatever it says: only the exact word super-user is, where a grant is meant', () => {
  const json = JSON.stringify(VALID);
  for (const text of [
    'x',
    '',
    ' ',
    'SUPER-USER',
    'super-user ',
    'superuser',
    'true',
    '1',
    'null',
    '*',
    json,
    `"super-user"`,
    `${json} ${json}`,
    `${json} "super-user"`,
  ]) {
    for (const { label, call, names } of POSITIONS) {
      const { message } = assertRejects(() => call(text), `${label} of ${JSON.stringify(text)}`);
      assert.match(message, new RegExp(`^${names}: expected a TokenScope.*, found a? ?string`), label);
    }
  }
  assert.equal(covers('super-user', VALID), true);
  assert.equal(allows('super-user', ACTION), true);
  for (const { label, call, superUser } of POSITIONS) if (!superUser) assertRejects(() => call('super-user'), label);
});

test('a value of another kind is rejected in every position, by an error that names the argument and says what was found', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const kinds = [
    [undefined, /found undefined/],
    [null, /found null/],
    [true, /found boolean/],
    [0, /found number/],
    [1n, /found bigint/],
    [Symbol('s'), /found symbol/],
    [() => VALID, /found function/],
    [[], /found an array/],
    [[VALID], /found an array/],
    [new Map(), /class instance/],
    [new Date(), /class instance/],
    [revoked.proxy, /cannot be read/],
    [Promise.resolve(VALID), /class instance/],
  ];
  for (const [value, found] of kinds) {
    for (const { label, call, names, optional } of POSITIONS) {
      if (optional && value === undefined) continue;
      const { message } = assertRejects(() => call(value), label);
      assert.ok(
        message.startsWith(`${names}: `) || (optional && message.startsWith('options: ')),
        `${label}: ${message}`,
      );
      if (!optional) assert.match(message, found, label);
    }
  }
});

test('arbitrary values: what the oracle rejects, every function rejects, and what it accepts has the same meaning', (context) => {
  const tally = { scope: 0, none: 0 };
  const property = (value) => {
    const grants = grantsOf(value);
    tally[grants ? 'scope' : 'none']++;
    if (!grants) {
      for (const { label, call, superUser, optional } of POSITIONS) {
        if ((superUser && value === 'super-user') || (optional && value === undefined)) continue;
        assertRejects(() => call(value), label);
      }
      return;
    }
    const parsed = parseScope(value);
    assert.deepEqual(grantsOf(parsed), grants);
    assert.deepEqual(decodePermissions(encodePermissions(value)), parsed);
    assert.equal(describeScope(value).length, grants.length);
    assert.ok(covers(parsed, value) && covers(value, parsed) && covers('super-user', value));
  };
  check(anything, property, 10_000);
  check(nearlyScope, property, 10_000);
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.scope > 1_000 && tally.none > 5_000, JSON.stringify(tally));
});

test('allows and covers agree with the oracle on every action of a small world', (context) => {
  const tally = { true: 0, false: 0 };
  check(
    fc.tuple(scope, scope),
    ([granted, requested]) => {
      const [have, want] = [grantsOf(granted), grantsOf(requested)];
      let covered = true;
      for (const action of actionsOf([...have, ...want])) {
        const permitted = permits(have, action);
        assert.equal(allows(granted, toAction(action)), permitted, JSON.stringify(action));
        covered &&= permitted || !permits(want, action);
      }
      tally[covered]++;
      assert.equal(covers(granted, requested), covered);
    },
    1_000,
  );
  check(
    fc.tuple(scope, scope),
    ([one, other]) => {
      const merged = mergeScopes(one, other);
      assert.ok(covers(merged, one) && covers(merged, other));
      for (const action of actionsOf(grantsOf(merged))) {
        assert.equal(
          permits(grantsOf(merged), action),
          permits(grantsOf(one), action) || permits(grantsOf(other), action),
        );
      }
    },
    300,
  );
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.true > 30 && tally.false > 300, JSON.stringify(tally));
});

test('an arbitrary action is an action or an ERR_ARGUMENT, and never permitted by what does not permit it', () => {
  const nothing = { permissions: [{ role: 'functionpermitnone', cache: core.AllCaches, func: core.AllFunctions }] };
  const words = fc.constantFrom(
    'cache',
    'topic',
    'function',
    'read',
    'write',
    'conditional-write',
    'publish',
    'subscribe',
    'invoke',
    'k',
    '',
    ' ',
  );
  const field = fc.oneof(words, anything);
  const action = fc.oneof(
    anything,
    fc.record(
      { type: field, access: field, cache: field, key: field, topic: field, func: field },
      { requiredKeys: [] },
    ),
  );
  check(
    action,
    (value) => {
      try {
        assert.equal(allows(nothing, value), false);
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        assert.equal(error.code, 'ERR_ARGUMENT');
        assert.match(error.message, /^action/);
      }
    },
    10_000,
  );
});
