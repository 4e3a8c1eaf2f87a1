// Twice as much text takes twice as many steps to search, whatever it holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanText } from '../../pkg/scan.js';
import { fingerprint, v2 } from './support/credentials.mjs';
import { bound, boundOfNames, stepsOf } from './support/steps.mjs';

const base64 = (text) => Buffer.from(text).toString('base64');
const repeat = (unit, length) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** As long as a header may be. */
const HEADER = repeat('eyJ9', 8_000);

/** Text of a size that is searched in full, and a key behind it is found. */
const ORDINARY = {
  'base64 of JSON': (n) => base64(repeat('{"x":12345},', n)),
  'base64 of JSON, at another place of a group': (n) => base64(` ${repeat('{"x":12345},', n)}`),
  'base64 of JSON with the name of the field in each row': (n) => base64(repeat('{"id":1,"api_key":"none"},', n)),
  'base64 of base64 of JSON': (n) => base64(base64(repeat('{"x":12345},', n))),
  'base64 in lines': (n) => base64(repeat('{"x":12345},', n)).replaceAll(/.{76}/g, '$&\n'),
  'base64 of code': (n) => base64(repeat('function a(b){return b.c("d")+e[f]}\n', n)),
  'base64 of bytes': (n) => base64(Uint8Array.from({ length: n }, (_, at) => Math.imul(at, 2_654_435_761) >>> 13)),
  'objects, each in a string': (n) => repeat(`s("${base64('{"setting":1,"value":"aaaaaaa"}')}");`, n),
};

/** Text that was made to be slow. Where it is not searched in full, that is said. */
const HOSTILE = {
  'the name of the field and no brace': (n) => base64(repeat('"api_key" ', n)),
  'the name of the field, far behind a brace': (n) => base64(`{${repeat('"api_key" ', n)}`),
  'braces that nothing closes': (n) => base64(repeat('{"ab":', n)),
  'braces that nothing closes, then the name': (n) => base64(`${repeat('{"ab":', n)}"api_key"`),
  'a quote that nothing closes': (n) => base64(`{"api_key":"${repeat('\\"', n)}`),
  'starts of JSON': (n) => repeat('eyJ9', n),
  'starts of a JWT': (n) => repeat('eyJ9.', n),
  'a JWT at each character of a header, with no signature': (n) => repeat(`${HEADER}.${repeat('a', 16_000)} `, n),
  'a JWT at each character of a header': (n) => repeat(`${HEADER}.${repeat('a', 16_000)}.a `, n),
  'a JWT at each character of header and payload': (n) => repeat(`${HEADER}.${HEADER} `, n),
  'starts of a credential in an array': (n) => repeat('"eyJhbGci","eyJ4Ijox","abc",', n),
};

/** The same, whose rest would have to be found by its name. */
const NAMED = {
  'starts of a credential with a name behind': (n) => repeat('s("eyJhbGciOiJI"+a,1);', n),
  'starts of a credential that are given names': (n) => numbered((at) => `a${at}="eyJhbGciOiJI";`, n),
  'starts of a credential, each with a name of its own behind': (n) => numbered((at) => `s("eyJhbGciOiJI"+a${at});`, n),
};

function numbered(line, length) {
  let text = '';
  for (let at = 0; text.length < length; at++) text += line(at);
  return text;
}

const SIZES = [100_000, 200_000, 400_000];

for (const [what, make] of Object.entries(ORDINARY)) {
  test(`${what}: as many steps for each byte, however long it is`, () => {
    const rates = SIZES.map((size) => {
      const key = v2();
      const text = `"${make(size)}";k="${key}"`;
      let findings;
      const steps = stepsOf(() => (findings = scanText(text)));
      assert.deepEqual(
        findings.map((finding) => finding.fingerprint),
        [fingerprint(key)],
      );
      return steps / text.length;
    });
    // A key costs a few hundred steps, whatever it stands in.
    const measured = `${rates.map((rate) => rate.toFixed(2))} steps for each byte`;
    for (const rate of rates) assert.ok(rate < 30 && rate < 1.1 * rates[0] + 0.1, measured);
  });
}

for (const [shapes, most] of [
  [HOSTILE, bound],
  [NAMED, boundOfNames],
]) {
  for (const [what, make] of Object.entries(shapes)) {
    test(`${what}: no more steps than are allowed`, () => {
      for (const size of SIZES) {
        const text = `"${make(size)}"`;
        const steps = stepsOf(() => {
          try {
            scanText(text);
          } catch (error) {
            assert.match(error.message, /in full would take too long/);
          }
        });
        const measured = `${(steps / text.length).toFixed(1)} steps for each of ${text.length} bytes`;
        assert.ok(steps <= most(text.length), measured);
      }
    });
  }
}
