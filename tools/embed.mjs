// The esbuild plugin that bundles the WebAssembly module and its glue.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toText } from './carry.mjs';
import { GLOBALS, importNames, perInstance } from './glue.mjs';
import { renameImports } from './imports.mjs';

const sources = fileURLToPath(new URL('../pkg-template/src/', import.meta.url));

export const fileOf = (folder) => `${folder}/momento_token_wasm_bg.wasm`;
export const glueOf = (folder) => `${folder}/momento_token_wasm_bg.js`;

/** The module as it is published. */
export const moduleOf = (folder) =>
  renameImports(readFileSync(fileOf(folder)), importNames(readFileSync(glueOf(folder), 'utf8')));

/**
 * Resolves the imports that pkg-template/src/modules.d.ts and glue.d.ts declare. With `given`, the module is not
 * encoded as text but imported from that file by the host.
 */
export const embed = (folder, given) => ({
  name: 'embed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^wasm-module$/ }, () => ({
      path: `${sources}${given ? 'given' : 'carried'}.ts`,
      sideEffects: false,
    }));
    onResolve({ filter: /^wasm-file$/ }, () => ({ path: given, external: true }));
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: glueOf(folder), sideEffects: false }));
    onResolve({ filter: new RegExp(`^${GLOBALS}$`) }, () => ({
      path: `${sources}glue-globals.ts`,
      sideEffects: false,
    }));
    onLoad({ filter: /momento_token_wasm_bg\.js$/ }, ({ path }) => ({
      contents: perInstance(readFileSync(path, 'utf8')),
      loader: 'js',
    }));
    onResolve({ filter: /^wasm-text$/ }, ({ path }) => ({ path, namespace: 'made', sideEffects: false }));
    onLoad({ filter: /-text$/, namespace: 'made' }, () => ({
      contents: `export default ${JSON.stringify(toText(moduleOf(folder)))}`,
    }));
  },
});
