// The package's loader (pkg-template/src/wasm.ts) and its `TokenSource`, in copies of their own whose instances can be
// made to trap.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { embed, glueOf } from '../../../tools/embed.mjs';
import { replace } from '../../package/support/clock.mjs';
import { root } from './root.mjs';

/** What `make pkg` left. */
const folder = `${root}target/wasm-pack/whole`;
const bundle = `${root}target/glue/loader.mjs`;
let copies = 0;

/** wasm-bindgen's glue, as it wrote it. */
export const glue = () => readFileSync(glueOf(folder), 'utf8');

/** Bundles loader and source. */
export const bundleLoader = () =>
  build({
    stdin: {
      contents: "export * from './wasm.js'; export { TokenSource } from './source/source.js';",
      resolveDir: `${root}pkg-template/src`,
    },
    bundle: true,
    format: 'esm',
    outfile: bundle,
    plugins: [embed(folder)],
  });

/**
 * A copy of the loader, and the exports of each instance that it starts. `trap`, given an export's name, says whether a
 * call of it traps; `entered` has the names of those that were called.
 */
export async function load(t) {
  const instances = [];
  const { Instance } = WebAssembly;
  // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
  const Watched = function (module, imports) {
    const { exports } = new Instance(module, imports);
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
