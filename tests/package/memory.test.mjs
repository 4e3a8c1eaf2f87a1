// What the module's memory does, as an app would find it after hours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposable } from './support/mint.mjs';

const PAGE = 65_536;

test('memory stays small, whatever it was given to read', async () => {
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (module, imports) {
    const instance = new Instance(module, imports);
    memories.push(instance.exports.memory);
    return instance;
  };
  const { CredentialProvider, decodeToken, keyVersion } = await import('../../pkg/index.js?memory');
  const read = () => assert.equal(decodeToken(disposable()).version, 'v1');

  for (let calls = 0; calls < 10_000; calls++) read();
  assert.equal(memories[0].buffer.byteLength, 2 * PAGE);

  // Ten million characters, and characters of three bytes: each time in an instance of its own.
  assert.equal(decodeToken(' '.repeat(1e7) + disposable()).version, 'v1');
  assert.equal(keyVersion('a'.repeat(1e7)), 'unknown');
  assert.throws(() => decodeToken('\u20ac'.repeat(1e6)), { code: 'ERR_TOKEN_MALFORMED' });
  assert.throws(() => CredentialProvider.fromApiKeyV2('a'.repeat(1e6), 'a.momentohq.com'), { code: 'ERR_NOT_V2_KEY' });
  read();
  assert.equal(memories.length, 5);
  assert.equal(memories[0].buffer.byteLength, 2 * PAGE);
  WebAssembly.Instance = Instance;
});
