// The package's loader (pkg-template/src/wasm.ts) around the crate with its driver in Rust, which has timers, listeners
// and promises: what `wasm-pack build` makes, with the package's own glue and loader.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { embed, glueOf } from '../../../tools/embed.mjs';
import { replace } from '../../package/support/clock.mjs';
import { root } from './root.mjs';

const folder = `${root}target/glue/bound`;
const bundle = `${folder}/loader.mjs`;
let copies = 0;
let standalone;

/** Compiles the crate, and bundles the loader. */
export async function compile() {
  const run = (...words) => execFileSync(`${root}tools/toolchain`, ['wasm', ...words], { cwd: root, stdio: 'pipe' });
  const target = 'wasm32-unknown-unknown';
  const crate = ['--package', 'momento-token-wasm', '--lib', '--crate-type', 'cdylib', '--locked'];
  run('cargo', 'rustc', ...crate, '--profile', 'wasm', '--target', target, '--target-dir', `${root}target/glue`);
  rmSync(folder, { recursive: true, force: true });
  const built = `${root}target/glue/${target}/wasm/momento_token_wasm.wasm`;
  run('wasm-bindgen', built, '--target', 'bundler', '--out-dir', folder, '--out-name', 'momento_token_wasm');
  // The constants that such a build exports are not the crate's, and the loader knows nothing of them.
  const glue = readFileSync(glueOf(folder), 'utf8').replace(/^(?:import .*|export \{.*\})$/gm, '');
  writeFileSync(glueOf(folder), glue);
  const [snippet] = readdirSync(`${folder}/snippets`);
  const values = `./snippets/${snippet}/src/js/standalone/values.js`;
  standalone = { [values]: await import(pathToFileURL(`${folder}/${values}`).href) };
  const entry = `${root}pkg-template/src/wasm.ts`;
  await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile: bundle, plugins: [embed(folder)] });
  return glue;
}

/**
 * A copy of the loader, and the exports of each instance that it starts. `trap`, given an export's name, says whether a
 * call of it traps; `entered` has the names of those that were called.
 */
export async function load(t) {
  const instances = [];
  const { Instance } = WebAssembly;
  // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
  const Watched = function (module, imports) {
    const { exports } = new Instance(module, { ...imports, ...standalone });
    const instance = { entered: [], trap: () => false };
    const watch = (name, run) => {
      if (typeof run !== 'function') return run;
      return (...given) => {
        instance.entered.push(name);
        if (instance.trap(name)) throw new WebAssembly.RuntimeError('unreachable');
        return run(...given);
      };
    };
    instances.push(instance);
    return { exports: Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, watch(name, value)])) };
  };
  replace(t, WebAssembly, { Instance: Watched });
  return { ...(await import(`${pathToFileURL(bundle).href}?${copies++}`)), instances };
}
