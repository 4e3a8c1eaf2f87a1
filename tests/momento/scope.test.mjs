// toSdkScope beside Momento's SDK: what the SDK makes of it permits what was written, or it is refused.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as core from '../../pkg/index.js';
import { toSdkScope } from '../../pkg/momento.js';
import { cases } from '../package/support/random.mjs';
import { ourScope, permissions, sdkScope } from '../package/support/scopes.mjs';
import { sdk, sdkPermissions } from '../package/support/sdk.mjs';

/** The module alone, without AllCacheItems, which its core exports. */
const web = createRequire(import.meta.url)('@gomomento/sdk-web');
const {
  AllCacheItems,
  AllCaches,
  AllTopics,
  DisposableTokenScopes,
  TokenScopes,
  covers,
  decodePermissions,
  mergeScopes,
} = core;

const viaSdk = (scope, module = sdk) => decodePermissions(sdkPermissions(toSdkScope(scope, module)));
const same = (a, b) => covers(a, b) && covers(b, a);

const KINDS = ['Cache', 'Item', 'Topic', 'Function'];
const isItem = ({ kind, select }) => kind === 'Cache' && select;
const isText = (key) => {
  const text = typeof key === 'string' ? key : new TextDecoder().decode(key);
  return text === '' || (text.trim() !== '' && !text.includes('\ufffd'));
};
const sayable = (list) =>
  !(
    list.some((one) => isItem(one) && !one.select.all) &&
    list.some((one) => one.kind === 'Topic' || (one.kind === 'Cache' && !one.select))
  ) &&
  list.every(({ kind, select }) =>
    kind === 'Topic' ? select.prefix === undefined : isText(select?.whole ?? select?.prefix ?? ''),
  );

test('random scopes: the same grant, or ERR_SCOPE_SDK where the SDK cannot say it', (t) => {
  let said = 0;
  let refused = 0;
  cases(t, 'scopes', 3_000, (random) => {
    const kinds = random.pick([KINDS, ['Item', 'Function'], ['Cache', 'Topic', 'Function'], ['Item']]);
    const list = permissions(random, kinds, { bytes: random.chance(0.3), prefixes: random.chance(0.3) });
    const scope = ourScope(list, core);
    if (sayable(list)) {
      said++;
      assert.ok(same(viaSdk(scope), scope));
      if (!list.some((one) => isItem(one) && one.select.all) || !list.some((one) => isItem(one) && !one.select.all))
        assert.ok(same(viaSdk(scope, web), scope));
    } else {
      refused++;
      assert.throws(() => toSdkScope(scope, sdk), {
        name: 'TokenError',
        code: 'ERR_SCOPE_SDK',
        message: /^permissions\[\d\]: .*encodePermissions/,
      });
    }
  });
  t.diagnostic(`${said} said, ${refused} refused`);
  assert.ok(said > 1_000 && refused > 500);
});

test('what is refused for its mixture, the SDK does widen', (t) => {
  let seen = 0;
  cases(t, 'mixtures', 2_000, (random) => {
    const list = permissions(random, ['Cache', 'Item', 'Topic']);
    if (sayable(list)) return;
    const widened = decodePermissions(sdkPermissions(sdkScope(list, sdk, random)));
    const scope = ourScope(list, core);
    assert.ok(covers(widened, scope));
    // Unless something else in it grants the whole cache anyway.
    if (!covers(scope, widened)) seen++;
  });
  assert.ok(seen > 500, `${seen}`);
});

test("the documentation's example: one key, and a topic", () => {
  const scope = mergeScopes(
    DisposableTokenScopes.cacheKeyReadWrite(AllCaches, 'k'),
    TokenScopes.topicSubscribeOnly('chat', 'news'),
  );
  const naive = {
    permissions: [
      { role: 'readwrite', cache: sdk.AllCaches, item: { key: 'k' } },
      { role: 'subscribeonly', cache: 'chat', topic: 'news' },
    ],
  };
  assert.ok(
    covers(decodePermissions(sdkPermissions(naive)), TokenScopes.cacheReadWrite(AllCaches)),
    'the SDK makes it every cache',
  );
  assert.throws(() => toSdkScope(scope, sdk), {
    code: 'ERR_SCOPE_SDK',
    message:
      'permissions[0]: beside permissions[1], which has none, the SDK drops `item` and grants the whole cache; send encodePermissions(scope) to the token service without the SDK',
  });
});

test('constants are those of the SDK that was given; what it lacks is named', () => {
  const [permission] = toSdkScope(TokenScopes.topicSubscribeOnly(AllCaches, AllTopics), web).permissions;
  assert.deepEqual([permission.cache, permission.topic], [web.AllCaches, web.AllTopics]);
  const items = { permissions: [{ role: 'readonly', cache: 'chat', item: AllCacheItems }] };
  assert.equal(toSdkScope(items, sdk).permissions[0].item, sdk.AllCacheItems);
  assert.deepEqual(toSdkScope(items, web).permissions, [{ role: 'readonly', cache: 'chat' }]);
  const both = { permissions: [...items.permissions, { role: 'readonly', cache: 'chat', item: 'k' }] };
  assert.throws(() => toSdkScope(both, web), { code: 'ERR_ARGUMENT', message: /AllCacheItems/ });
  for (const module of [undefined, null, {}, 5]) {
    assert.throws(() => toSdkScope(TokenScopes.cacheReadOnly(AllCaches), module), {
      name: 'TokenError',
      code: 'ERR_ARGUMENT',
      message: /AllCaches/,
    });
  }
  assert.throws(() => toSdkScope(TokenScopes.functionInvoke('chat', 'f'), { AllCaches: web.AllCaches }), {
    code: 'ERR_ARGUMENT',
    message: /AllFunctions/,
  });
});

test('what is no scope is refused as parseScope does', () => {
  for (const scope of [
    undefined,
    'super-user',
    { permissions: [] },
    { permissions: [{ role: 'readonly', cache: 'chat', items: 'k' }] },
  ]) {
    assert.throws(() => toSdkScope(scope, sdk), { name: 'TokenError', code: 'ERR_SCOPE_INVALID' });
  }
});
