// `make demo` on a machine that has no browser, and with a Momento key in the environment.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDemo } from './support/demo.mjs';
import { recipe } from './support/make.mjs';
import { sandbox } from './support/sandbox.mjs';

/** The calls of tools/toolchain that install something: not `run` and `wasm`, which use what is there. */
function installs(target) {
  const calls = recipe(target)
    .split('\n')
    .map((line) => /^tools\/toolchain(?!\s+(?:run|wasm)\b)(.*)$/.exec(line));
  return [...new Set(calls.filter(Boolean).map(([, level]) => level.trim()))];
}

test('make demo installs what builds it, on a machine without a browser, and looks for none', (t) => {
  const levels = installs('demo');
  assert.deepEqual(levels, [''], 'the set-up of make demo');
  for (const level of levels) {
    const box = sandbox(t);
    const { status, stdout, stderr } = box.toolchain(...(level ? [level] : []));
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /toolchain: ready/);
    assert.doesNotMatch(stdout + stderr, /chrom|firefox|gecko|webkit|browser|driver/i);
    // Neither the package manager nor pip was asked for anything.
    assert.deepEqual(box.calls(), []);
    // What make then runs finds its tools all the same.
    const tools = readFileSync(join(box.folder, '.toolchain/env'), 'utf8');
    assert.doesNotMatch(tools, /CHROME|FIREFOX|WEBKIT/);
    const ran = box.toolchain('run', 'node', '--version');
    assert.equal(ran.stdout.trim(), process.version, ran.stderr);
  }
});

test('a target whose tests run in a browser says that one is missing', (t) => {
  // That the sandbox has none: else the test before would pass whatever the tool did.
  for (const target of ['test-e2e', 'test-browsers', 'matrix-ci']) {
    const level = installs(target).at(-1);
    assert.match(level, /^(chromium|browsers)$/, target);
    const box = sandbox(t);
    const { status, stderr } = box.toolchain(level);
    assert.equal(status, 1);
    assert.match(stderr, /LACKING Chromium and its driver/);
    assert.notDeepEqual(box.calls(), [], 'the package manager is asked for it');
  }
});

for (const [what, key] of Object.entries({
  'no key': undefined,
  'an empty key': '',
  'a key of the wrong form': 'not-a-key',
  'a v2 key': `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"t":"g","jti":"synthetic"}').toString('base64url')}.c2lnbmF0dXJl`,
})) {
  test(`make demo starts with MOMENTO_API_KEY holding ${what}, and signs by itself`, async (t) => {
    const env = { ...process.env, MOMENTO_API_KEY: key };
    if (key === undefined) delete env.MOMENTO_API_KEY;
    // The very line that make runs, on a free port.
    const line = recipe('demo', 'PORT=0')
      .split('\n')
      .find((each) => each.includes('vending --'));
    const demo = await startDemo(t, line, env);
    const page = await fetch(demo.url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<!doctype html>/i);
    const answer = await fetch(`${demo.url}/token`);
    assert.deepEqual([answer.status, answer.headers.get('x-token-issuer')], [200, 'embedded']);
    await demo.stop();
    assert.equal(demo.log().includes('MOMENTO_API_KEY is set, and not used'), key !== undefined);
    if (key) assert.ok(!demo.log().includes(key));
  });
}
