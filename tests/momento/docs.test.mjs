// The scripts of docs/momento.md, run as they stand there, but for where they find their service.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { install } from '../package/support/install.mjs';
import { topicService } from './support/topics.mjs';

const text = readFileSync(new URL('../../docs/momento.md', import.meta.url), 'utf8');
const scripts = [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
const printed = [/^hello\n$/, /^\[CredentialProvider: redacted\] http:\/\/127\.0\.0\.1:\d+\n1\n$/];
const lines = [1, 2];

let folder;
before((context) => {
  folder = install(context);
});

test('there is an expectation for every script', () => assert.equal(scripts.length, printed.length));

for (const [index, code] of scripts.entries()) {
  test(`script ${index + 1}`, { timeout: 30_000 }, async (t) => {
    const service = await topicService(t);
    const here = code.replace("{ vend: '/token' }", JSON.stringify(service.sourceFor('docs')));
    assert.notEqual(here, code);
    const shim = fileURLToPath(new URL('support/xhr.mjs', import.meta.url));
    const file = join(folder, `script-${index}.mjs`);
    // A page ends when it is left; here, when it has printed all.
    const ending = `let lines = ${lines[index]}; const { log } = console; console.log = (...words) => { log(...words); if (--lines === 0) process.exit(0); };`;
    writeFileSync(file, `import ${JSON.stringify(shim)};\n${ending}\n${here}`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
    assert.deepEqual([stderr, printed[index].test(stdout) ? '' : stdout], ['', '']);
  });
}
