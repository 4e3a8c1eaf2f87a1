// Credentials in base64 of something larger, and beside base64 that is none.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scanFiles, scanText } from '../../pkg/scan.js';
import { bareV1, disposable, fingerprint, keyOf, leaks, legacy, superUser, v1, v2 } from './support/credentials.mjs';
import { run } from './support/run.mjs';
import { stepsOf } from './support/steps.mjs';

const base64 = (text) => Buffer.from(text).toString('base64');
const found = (text) => scanText(text).map((finding) => finding.fingerprint);
const code = (length) => 'function a(b){return b.c("d")+e[f]}\n'.repeat(length / 36);

test('behind much base64 of JSON and of code, a key is still found', () => {
  const rows = JSON.stringify(Array.from({ length: 3_000 }, () => ({ x: 10 })));
  const named = JSON.stringify(Array.from({ length: 2_000 }, (_, index) => ({ id: index, name: `row ${index}` })));
  const worker = 'function a() {\n  if (b) {\n    return {\n      c: 1\n    }\n  }\n}\n'.repeat(400);
  for (const text of [rows, named, worker, base64(rows)]) {
    for (const before of ['', ' ', '  ']) {
      const key = v2();
      assert.deepEqual(found(`x(atob("${base64(before + text)}"));${code(36_000)}k="${key}"`), [fingerprint(key)]);
    }
  }
});

test('base64 of a page of JSON is read in a few steps for each byte, however large it is', () => {
  for (const count of [50_000, 200_000]) {
    const rows = base64(JSON.stringify(Array.from({ length: count }, (_, index) => ({ x: index }))));
    const key = v2();
    const text = `"${rows}";k="${key}"`;
    let fingerprints;
    const steps = stepsOf(() => (fingerprints = found(text)));
    assert.deepEqual(fingerprints, [fingerprint(key)]);
    assert.ok(steps < 20 * text.length, `${(steps / text.length).toFixed(1)} steps for each byte`);
  }
});

test('a text that was made so that searching it would take for ever is not called clean', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'a.js');
  const first = v2();
  const text = `"${base64(`${'{"ab":'.repeat(3_900)}"api_key"`)}";`.repeat(4);
  writeFileSync(file, text);
  assert.deepEqual((await scanFiles([file])).unreadable, [{ file, code: 'EFFORT' }]);
  const { stderr, code } = await run(['scan', folder]);
  assert.equal(code, 2);
  assert.match(stderr, /a\.js" \(EFFORT\)$/m);
  assert.throws(() => scanText(text), { name: 'RangeError', message: /in full/ });
  // What was found until then counts.
  writeFileSync(file, `"${first}";${text}`);
  assert.deepEqual(
    (await scanFiles([file])).findings.map((finding) => finding.fingerprint),
    [fingerprint(first)],
  );
  assert.equal((await run(['scan', folder])).code, 1);
});

test('behind many texts that begin as a credential does, a key of names is still found', () => {
  const settings = Array.from(
    { length: 2_000 },
    (_, index) =>
      `s(${index},"${base64(JSON.stringify({ setting: index, value: 'a'.repeat(index % 100) }, null, 2))}");`,
  );
  const starts = Array.from({ length: 100 }, (_, index) => `s("eyJhbGciOiJI",${index});`);
  for (const before of [settings, starts]) {
    const key = v2();
    const [a, b] = [key.slice(0, 50), key.slice(50)];
    assert.deepEqual(found(`${before.join('\n')}\nvar e="${a}",t="${b}";f(e+t)`), [fingerprint(key)]);
  }
});

test('strings that follow a data: URL in an array or a sum', () => {
  const image = `data:image/png;base64,${Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d', 'hex'), Buffer.alloc(300, 7)]).toString('base64')}`;
  const page = `data:text/html;base64,${base64(`<p>${'a'.repeat(300)}</p>`)}`;
  for (const make of [v1, bareV1, v2, legacy, superUser]) {
    for (const url of [image, page]) {
      for (const write of [
        (k) => `["${url}","${k}"]`,
        (k) => `f("${url}","a",'${k}')`,
        (k) => `"${url}"+"${k}"`,
        (k) => `["${url}","${k.slice(0, 30)}"+"${k.slice(30)}"]`,
      ]) {
        const key = make();
        assert.deepEqual(found(write(key)), [fingerprint(key)]);
      }
    }
    // In it, and behind it.
    const [inner, outer] = [make(), make()];
    const url = `data:text/html;base64,${base64(`<p>${'a'.repeat(300)}<script>k="${inner}"</script>`)}`;
    assert.deepEqual(found(`["${url}","${outer}"]`), [inner, outer].map(fingerprint));
    assert.deepEqual(found(`"${url.replaceAll('+', '%2B').replaceAll('=', '%3D')}"`), [fingerprint(inner)]);
  }
});

test('in base64 of a larger text, wherever it stands there', () => {
  for (const make of [
    v1,
    bareV1,
    v2,
    legacy,
    superUser,
    () =>
      Buffer.from(JSON.stringify({ api_key: bareV1(), endpoint: 'cell.momentohq.com' }, null, 2)).toString('base64'),
  ]) {
    for (let before = 0; before < 6; before++) {
      const [one, two] = [make(), make()];
      const text = `${'é'.repeat(before % 2)}${'x'.repeat(before)}={"k":"${one}","n":[1,2],"l":"${two}"}`;
      for (const written of [base64(text), Buffer.from(text).toString('base64url')]) {
        const hits = scanText(`atob("${written}")`);
        assert.deepEqual(
          [...new Set(hits.map((finding) => finding.fingerprint))],
          [one, two].map(fingerprint),
          `after ${before}`,
        );
        assert.ok(!leaks(JSON.stringify(hits), one));
      }
    }
  }
});

test('in base64 of an object around it', () => {
  for (const make of [bareV1, v2, legacy, () => keyOf(superUser()), () => keyOf(disposable())]) {
    for (const wrap of [
      (k) => ({ momento: { endpoint: 'cell.momentohq.com', api_key: k } }),
      (k) => ({ momento: { api_key: k } }),
      (k) => ({ a: { api_key: 'none' }, list: [{ api_key: k, endpoint: 'cell.momentohq.com' }] }),
      (k) => [{ endpoint: 'cell.momentohq.com', more: { a: {} }, api_key: k }],
    ]) {
      for (const spaces of [0, 1, 2]) {
        const key = make();
        assert.deepEqual(found(`env="${base64(JSON.stringify(wrap(key), null, spaces))}"`), [fingerprint(key)]);
      }
    }
  }
});
