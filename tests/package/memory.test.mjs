// What the module's memory does, as an app would find it after hours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposable, envelope, jwt } from './support/mint.mjs';

const PAGE = 65_536;

test('memory stays small, whatever it was given to read', async () => {
  const memories = [];
  const { Instance } = WebAssembly;
  // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    memories.push(instance.exports.memory);
    return instance;
  };
  const { CredentialProvider, decodeToken, keyVersion } = await import('../../pkg/index.js?memory');
  const read = () => assert.equal(decodeToken(disposable()).version, 'v1');

  for (let calls = 0; calls < 10_000; calls++) read();
  assert.equal(memories[0].buffer.byteLength, PAGE);

  // Ten million characters, and characters of three bytes: each time in an instance of its own.
  assert.equal(decodeToken(' '.repeat(1e7) + disposable()).version, 'v1');
  assert.equal(keyVersion('a'.repeat(1e7)), 'unknown');
  assert.throws(() => decodeToken('\u20ac'.repeat(1e6)), { code: 'ERR_TOKEN_MALFORMED' });
  assert.throws(() => CredentialProvider.fromApiKeyV2('a'.repeat(1e6), 'a.momentohq.com'), { code: 'ERR_NOT_V2_KEY' });
  read();
  assert.equal(memories.length, 5);
  assert.equal(memories[0].buffer.byteLength, PAGE);

  // Credentials of every length that is read here, in no order, good and bad ones: what is freed is found again.
  const lengths = Array.from({ length: 60 }, (_, index) => (index * 7_919) % 48_000);
  const longest = () => {
    for (const length of lengths) {
      decodeToken(envelope(jwt({ ver: 1, sub: 's'.repeat(length / 2), id: 'i' })));
      assert.throws(() => decodeToken(`${'a'.repeat(length)}!`), { code: 'ERR_TOKEN_MALFORMED' });
      assert.equal(keyVersion('\u00e9'.repeat(length / 3)), 'unknown');
    }
  };
  longest();
  const grown = memories[0].buffer.byteLength;
  assert.ok(grown <= 12 * PAGE, `${grown} bytes`);
  for (let rounds = 0; rounds < 20; rounds++) longest();
  assert.equal(memories.length, 5);
  assert.equal(memories[0].buffer.byteLength, grown);
  WebAssembly.Instance = Instance;
});
