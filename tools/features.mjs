// Runs a cargo command with several sets of features: all of them and, for each crate, none and each alone.
//
//   node tools/features.mjs clippy --all-targets -- -D warnings
//   node tools/features.mjs clippy --package NAME… --target wasm32-unknown-unknown --lib -- -D warnings
//   node tools/features.mjs --list        print the command lines instead of running them
//
// The sets come from `cargo metadata`, so features added to a Cargo.toml are included.
import { execFileSync, spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const list = args[0] === '--list';
const [command = 'check', ...rest] = list ? args.slice(1) : args;

/** Removes every `--package NAME` from the arguments and returns the names. */
function takePackages(from) {
  const names = [];
  for (let at = from.indexOf('--package'); at >= 0; at = from.indexOf('--package')) names.push(from.splice(at, 2)[1]);
  return names;
}

const wanted = takePackages(rest);
const metadata = execFileSync('cargo', ['metadata', '--format-version', '1', '--no-deps', '--locked'], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
const packages = JSON.parse(metadata).packages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
for (const name of wanted) {
  if (!packages.some((found) => found.name === name)) throw new Error(`no package of the workspace is named ${name}`);
}

/** None of a package's features, and each alone. The set of all features is built for all packages together. */
function partialSets(features) {
  const all = Object.keys(features).filter((feature) => feature !== 'default');
  const sets = all.length === 0 ? [] : [[], ...all.map((feature) => [feature])];
  return sets.filter((set) => set.length < all.length);
}

const together = wanted.length === 0 ? ['--workspace'] : wanted.flatMap((name) => ['--package', name]);
const runs = [
  [...together, '--all-features'],
  ...packages.flatMap(({ name, features }) =>
    partialSets(features).map((set) => [
      '--package',
      name,
      '--no-default-features',
      ...set.flatMap((feature) => ['--features', feature]),
    ]),
  ),
];

/**
 * Most of the tests' time goes into random cases. With all features there are as many as usual; with other sets, a few
 * are enough.
 */
const FEWER_CASES = { PROPTEST_CASES: '16', SIM_RUNS: '200' };

for (const run of runs) {
  const line = [command, ...run, ...rest];
  console.log(`cargo ${line.join(' ')}`);
  if (list) continue;
  const env = run.includes('--all-features') ? process.env : { ...FEWER_CASES, ...process.env };
  const { status, error } = spawnSync('cargo', line, { stdio: 'inherit', env });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
