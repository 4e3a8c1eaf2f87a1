// `make check` and `make test-native` compile every crate of the workspace with each of its features, and without.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { recipe } from './support/make.mjs';
import { root } from './support/root.mjs';

const run = (command, args) => execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
const { packages } = JSON.parse(run('cargo', ['metadata', '--format-version', '1', '--no-deps', '--locked']));

/** The cargo command lines of a target, as lists of words. */
function cargoLines(target) {
  return recipe(target)
    .split('\n')
    .flatMap((line) => {
      const [, script] = /node tools\/features\.mjs (.*)$/.exec(line) ?? [];
      const list = (words) => run('node', ['tools/features.mjs', '--list', ...words]).split('\n');
      const lines = script === undefined ? [line] : list(script.split(/\s+/));
      return lines.map((each) => /\bcargo (clippy|test) .*/.exec(each)?.[0].split(/\s+/)).filter(Boolean);
    });
}

const valuesOf = (words, flag) => words.flatMap((word, at) => (word === flag ? [words[at + 1]] : []));

/** Which features a command line turns on of a package; undefined where it does not build the package. */
function featuresOf(words, { name, features }) {
  const named = valuesOf(words, '--package');
  if (!words.includes('--workspace') && !named.includes(name)) return undefined;
  if (words.includes('--all-features')) return Object.keys(features).filter((feature) => feature !== 'default');
  const chosen = valuesOf(words, '--features').filter((feature) => feature in features);
  return words.includes('--no-default-features') ? chosen : [...chosen, ...(features.default ?? [])];
}

const isForWasm = (words) => valuesOf(words, '--target')[0] === 'wasm32-unknown-unknown';
const WASM = new Set(['momento-token-wasm']);

const TARGETS = [
  { target: 'check', command: 'clippy', wasm: false },
  { target: 'check', command: 'clippy', wasm: true },
  { target: 'test-native', command: 'test', wasm: false },
];

for (const { target, command, wasm } of TARGETS) {
  const lines = cargoLines(target).filter((words) => words[1] === command && isForWasm(words) === wasm);
  for (const found of packages.filter(({ name }) => !wasm || WASM.has(name))) {
    const what = `cargo ${command} of ${found.name}${wasm ? ' for WebAssembly' : ''}`;
    test(`make ${target}: ${what}, with each feature and without`, () => {
      const sets = lines.map((words) => featuresOf(words, found)).filter(Boolean);
      assert.ok(sets.length > 0, 'it is not built at all');
      for (const feature of Object.keys(found.features).filter((name) => name !== 'default')) {
        assert.ok(
          sets.some((set) => set.includes(feature)),
          `never with ${feature}`,
        );
        assert.ok(
          sets.some((set) => !set.includes(feature)),
          `never without ${feature}`,
        );
      }
    });
  }
}

test('the workspace has the crates and features that the tests above are about', () => {
  // Else they would pass where `cargo metadata` gave nothing.
  const names = packages.map(({ name }) => name).sort();
  assert.deepEqual(names, ['differential', 'momento-token-wasm', 'vending']);
  assert.ok('momento' in packages.find(({ name }) => name === 'vending').features);
});
