// The WebAssembly module, behind wasm-bindgen's glue: instantiated at the first call, never at import.
import * as glue from 'wasm-glue';
import { compile, compileNow } from 'wasm-module';
import type { TokenErrorCode } from '../index.js';
import { TokenError } from './error.js';

/** What the crate exports (src/js), with the types that wasm-bindgen wrote for it. */
export type Core = typeof glue;

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  __wbindgen_start(): void;
}

/** The name under which the module imports the glue. */
const IMPORTS = { './momento_token_wasm_bg.js': glue as unknown as WebAssembly.ModuleImports };

let module: WebAssembly.Module | undefined;
let exports: Exports | undefined;
let instances = 0;

/** Counts instances: what an earlier one made must not be passed to a later one. */
export const instance = (): number => instances;

/**
 * Calls the crate. Compiles and starts the module at the first call.
 *
 * Whatever goes wrong is a TokenError: `ERR_WASM` where the engine refuses the module, or after a trap. An instance
 * that trapped may be in any state, so the next call starts a new one.
 */
export function call<T>(run: (core: Core) => T): T {
  wasm();
  try {
    return run(glue);
  } catch (cause) {
    const error = asTokenError(cause);
    if (error) throw error;
    exports = undefined;
    throw refused(cause);
  }
}

/** Starts the module if it has not been started, and gives its raw exports. */
export function wasm(): Exports {
  try {
    return exports ?? start(new WebAssembly.Instance((module ??= compileNow()), IMPORTS));
  } catch (cause) {
    throw refused(cause);
  }
}

/** Does the same ahead of time and off the main thread, where the engine can. */
export async function ready(): Promise<void> {
  if (exports) return;
  try {
    module ??= await compile();
    const started = await WebAssembly.instantiate(module, IMPORTS);
    // A call in the meantime may have started it already, and objects may hold on to that instance.
    if (!exports) start(started);
  } catch (cause) {
    throw refused(cause);
  }
}

function start(instance: WebAssembly.Instance): Exports {
  const started = instance.exports as Exports;
  glue.__wbg_set_wasm(started);
  started.__wbindgen_start();
  instances++;
  exports = started;
  return started;
}

/** The crate throws an Error with a code (src/js/error.rs); anything else is a trap. */
function asTokenError(cause: unknown): TokenError | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  const { code, message, ...details } = cause as Error & { code: TokenErrorCode; status?: number };
  return new TokenError(code, message, details);
}

export function refused(cause: unknown): TokenError {
  return new TokenError(
    'ERR_WASM',
    "expected an engine that runs WebAssembly, found one that refuses; a Content Security Policy needs 'wasm-unsafe-eval' in script-src",
    { cause },
  );
}
