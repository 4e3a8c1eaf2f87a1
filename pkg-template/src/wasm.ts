// The WebAssembly module: carried in this file in hexadecimal, instantiated at the first call, never at import.
import * as glue from 'wasm-glue';
import hex from 'wasm-hex';
import { TokenError } from './error.js';

type Glue = typeof glue;
type Exports = WebAssembly.Exports & { __wbindgen_start?: () => void };

let started = false;

/** The module's functions. Compiles and starts it when first called. */
export function wasm(): Glue {
  if (!started) {
    try {
      start(new WebAssembly.Instance(new WebAssembly.Module(bytes()), imports()));
    } catch (cause) {
      throw refused(cause);
    }
  }
  return glue;
}

/** Does the same ahead of time and off the main thread, where the engine can. */
export async function ready(): Promise<void> {
  if (started) return;
  try {
    const { instance } = await WebAssembly.instantiate(bytes(), imports());
    // A call in the meantime may have started it already, and objects may hold on to that instance.
    if (!started) start(instance);
  } catch (cause) {
    throw refused(cause);
  }
}

function start(instance: WebAssembly.Instance): void {
  const exports = instance.exports as Exports;
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start?.();
  started = true;
}

const imports = (): WebAssembly.Imports => ({ './momento_token_wasm_bg.js': glue as unknown as WebAssembly.ModuleImports });

/** Hexadecimal and not base64: its letters keep to the bytes, so that gzip sees what repeats (10 % larger, base64 30 %). */
function bytes(): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(hex.length / 2);
  const digit = (at: number): number => parseInt(hex.charAt(at), 16);
  for (let at = 0; at < out.length; at++) out[at] = digit(2 * at) * 16 + digit(2 * at + 1);
  return out;
}

function refused(cause: unknown): TokenError {
  return new TokenError(
    'ERR_WASM',
    "expected an engine that runs WebAssembly, found one that refuses; a Content Security Policy needs 'wasm-unsafe-eval' in script-src",
    { cause },
  );
}
