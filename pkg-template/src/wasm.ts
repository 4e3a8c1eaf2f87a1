// The WebAssembly module: carried in this file as text, instantiated at the first call, never at import.
import { given } from 'wasm-given';
import { __wbg_set_wasm } from 'wasm-glue';
import functions from 'wasm-imports';
import text from 'wasm-text';
import { TokenError } from './error.js';

/** What wasm-bindgen exports for src/js in the crate, where it is told what each does. A `Vec` is where it lies, and its length. */
interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  __wbindgen_start?(): void;
  __wbindgen_malloc(size: number, align: number): number;
  __wbindgen_free(at: number, size: number, align: number): void;
  decode(input: number, size: number, filled: number, options: number, job: number, now: number): number;
  /** Not in the module that only decodes. */
  readAnswer(input: number, size: number, filled: number, options: number, asked: number, expiresIn: number, status: number, now: number): number;
  scope(input: number, size: number, filled: number, job: number, limit: number): number;
}

let module: WebAssembly.Module | undefined = given;
let exports: Exports | undefined;

/** The module's functions. Compiles and starts it when first called. */
export function wasm(): Exports {
  if (!exports) {
    try {
      module ??= new WebAssembly.Module(bytes());
      start(module);
    } catch (cause) {
      throw refused(cause);
    }
  }
  return exports as Exports;
}

/** Does the same ahead of time and off the main thread, where the engine can. */
export async function ready(): Promise<void> {
  if (exports) return;
  try {
    module ??= await WebAssembly.compile(bytes());
    const instance = await WebAssembly.instantiate(module, imports);
    // A call in the meantime may have started it already, and objects may hold on to that instance.
    if (!exports) use(instance.exports as Exports, true);
  } catch (cause) {
    throw refused(cause);
  }
}

/** Calls what is to read a very long text in an instance of its own: memory once grown never shrinks, so it goes with the instance. */
export function aside<T>(call: () => T): T {
  const kept = wasm();
  start(module as WebAssembly.Module);
  try {
    return call();
  } finally {
    use(kept, false);
  }
}

function start(compiled: WebAssembly.Module): void {
  use(new WebAssembly.Instance(compiled, imports).exports as Exports, true);
}

/** Has the glue call this instance from now on. */
function use(next: Exports, isNew: boolean): void {
  // To grow by nothing detaches the views that the glue keeps of the memory it has used so far.
  exports?.memory.grow(0);
  exports = next;
  __wbg_set_wasm(next);
  if (isNew) next.__wbindgen_start?.();
}

const imports: WebAssembly.Imports = { './momento_token_wasm_bg.js': functions };

/** The module out of its text, as `toText` in tools/pkg.mjs has written it. */
function bytes(): Uint8Array<ArrayBuffer> {
  const frequent: number[] = [];
  const others: number[] = [];
  for (let byte = 0; byte < 256; byte++) ((parseInt(text[byte >> 2] as string, 16) >> (byte & 3)) & 1 ? frequent : others).push(byte);
  const out = new Uint8Array(text.length);
  let length = 0;
  let at = 64;
  const letter = (): number => {
    const code = text.charCodeAt(at++);
    return code - (code > 92 ? 36 : 35);
  };
  while (at < text.length) {
    const place = letter();
    out[length++] = (place < 89 ? frequent[place] : others[(place - 89) * 91 + letter()]) as number;
  }
  return out.subarray(0, length);
}

function refused(cause: unknown): TokenError {
  return new TokenError(
    'ERR_WASM',
    "expected an engine that runs WebAssembly, found one that refuses; a Content Security Policy needs 'wasm-unsafe-eval' in script-src",
    { cause },
  );
}
