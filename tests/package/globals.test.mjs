// Where the globals for text are missing, as in Jest's jsdom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposable, envelope, jwt } from './support/mint.mjs';

test('tokens and scopes are read without TextEncoder and TextDecoder', async () => {
  const { TextDecoder, TextEncoder } = globalThis;
  delete globalThis.TextDecoder;
  delete globalThis.TextEncoder;
  try {
    const { CredentialProvider, decodeToken, describeScope, keyVersion, parseScope } = await import(
      '../../pkg/index.js?globals'
    );
    const token = decodeToken(` ${disposable()}\u00a0`);
    assert.deepEqual([token.subject, token.scope.permissions.length], ['someone', 1]);
    assert.equal(decodeToken(envelope(jwt({ ver: 1, sub: 'Zoë \u{1f600}' }))).subject, 'Zoë \u{1f600}');
    assert.equal(keyVersion('\ud800'), 'unknown');
    assert.throws(() => decodeToken('\ud800'.repeat(500)), { code: 'ERR_TOKEN_MALFORMED' });
    assert.throws(() => CredentialProvider.fromString(disposable(), { endpoint: 5 }), { code: 'ERR_ARGUMENT' });
    assert.deepEqual(describeScope(parseScope({ permissions: [{ role: 'readonly', cache: 'é' }] })), [
      'Read all items in cache "é".',
    ]);
  } finally {
    Object.assign(globalThis, { TextDecoder, TextEncoder });
  }
});
