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
  const size = () => memories[0].buffer.byteLength;

  for (let calls = 0; calls < 100; calls++) read();
  const atFirst = size();
  for (let calls = 0; calls < 20_000; calls++) read();
  assert.equal(size(), atFirst);

  // Ten million characters, and characters of three bytes: more than a credential has never reaches the module.
  assert.equal(decodeToken(' '.repeat(1e7) + disposable()).version, 'v1');
  assert.equal(keyVersion('a'.repeat(1e7)), 'unknown');
  assert.throws(() => decodeToken('\u20ac'.repeat(1e6)), { code: 'ERR_TOKEN_MALFORMED' });
  assert.throws(() => CredentialProvider.fromApiKeyV2('a'.repeat(1e6), 'a.momentohq.com'), { code: 'ERR_NOT_V2_KEY' });
  read();
  assert.ok(size() <= 32 * PAGE, `${size()} bytes`);

  // Credentials of every length that is read, in no order, good and bad ones: what is freed is found again.
  const lengths = Array.from({ length: 60 }, (_, index) => (index * 7_919) % 48_000);
  const longest = () => {
    for (const length of lengths) {
      decodeToken(envelope(jwt({ ver: 1, sub: 's'.repeat(length / 2), id: 'i' })));
      assert.throws(() => decodeToken(`${'a'.repeat(length)}!`), { code: 'ERR_TOKEN_MALFORMED' });
      assert.equal(keyVersion('\u00e9'.repeat(length / 3)), 'unknown');
    }
  };
  longest();
  const grown = size();
  assert.ok(grown <= 32 * PAGE, `${grown} bytes`);
  for (let rounds = 0; rounds < 20; rounds++) longest();
  assert.equal(size(), grown);
  assert.equal(memories.length, 1);
  WebAssembly.Instance = Instance;
});

test('the longest credential is read, and a longer one refused by its length', async () => {
  const { decodeToken, keyVersion } = await import('../../pkg/index.js');
  const most = 65_536;
  const padded = (length) => {
    const start = jwt({ ver: 1 });
    // A signature may be of any length that base64 has.
    return start + 'AAAA'.repeat((length - start.length) >> 2);
  };
  const longest = padded(most);
  assert.ok(longest.length > most - 4 && longest.length <= most);
  assert.equal(decodeToken(`\n\t ${longest} \u2003`).version, 'v1');
  for (const longer of [padded(most + 4), `${longest}${'\u2003'.repeat(4)}AAAA`]) {
    assert.equal(keyVersion(longer), 'unknown');
    assert.throws(() => decodeToken(longer), {
      code: 'ERR_TOKEN_MALFORMED',
      message: /expected at most 65536 characters/,
    });
  }
});
