// The WebAssembly module: instantiated at the first call, never at import. It is called without wasm-bindgen's glue.
import { TokenError } from './error.js';
import { compile, compileNow } from 'wasm-module';
import imports from 'wasm-imports';

/**
 * A function that reads a text: where that lies, how much room there is, how many bytes are filled, and what else it is
 * told.
 */
export type Reader<More extends number[]> = (input: number, size: number, filled: number, ...more: More) => number;

/** What reads text, by its name. */
export interface Readers {
  decode: Reader<[options: number, job: number, now: number]>;
  /** Not in the module that only decodes. */
  readAnswer: Reader<[options: number, asked: number, expiresIn: number, status: number, now: number, wall: number]>;
  scope: Reader<[job: number, limit: number]>;
}

/** What else it is told. */
export type More<K extends keyof Readers> = Readers[K] extends Reader<infer More> ? More : never;

/**
 * What wasm-bindgen exports for src/js in the crate, where it is told what each does. A `Vec` is where it lies, and its
 * length.
 */
interface Exports extends Readers {
  memory: WebAssembly.Memory;
  __wbindgen_malloc(size: number, align: number): number;
  __wbindgen_free(at: number, size: number, align: number): void;
  /**
   * The refresh machine (src/js/refresher.rs), which the first gives and the others are told; not in the module that
   * only decodes either.
   */
  refresher_new(
    windowFrom: number,
    windowTo: number,
    timeout: number,
    shared: boolean,
    seed: number,
    wall: number,
    mono: number,
  ): number;
  /** Where in memory its answer is. */
  refresher_handle(machine: number, event: number, a: number, b: number, c: number, wall: number, mono: number): number;
  refresher_vended(
    machine: number,
    flight: number,
    token: number,
    expiresAt: number,
    issuedAt: number,
    length: number,
    toldExpiry: number,
    asked: number,
    date: number,
    age: number,
    wall: number,
    mono: number,
  ): number;
  refresher_heard(
    machine: number,
    life: number,
    flags: number,
    token: number,
    date: number,
    wall: number,
    mono: number,
  ): number;
  __wbg_refresher_free(machine: number, isDropped: number): void;
}

let module: WebAssembly.Module | undefined;
let exports: Exports | undefined;

const instantiate = (compiled: WebAssembly.Module): Exports =>
  new WebAssembly.Instance(compiled, imports).exports as unknown as Exports;

/** The module's functions. Compiles and starts it when first called. */
export function wasm(): Exports {
  try {
    return (exports ??= instantiate((module ??= compileNow())));
  } catch (cause) {
    throw refused(cause);
  }
}

/** Does the same ahead of time and off the main thread, where the engine can. */
export async function ready(): Promise<void> {
  if (exports) return;
  try {
    module ??= await compile();
    const instance = await WebAssembly.instantiate(module, imports);
    // A call in the meantime may have started it already, and objects may hold on to that instance.
    exports ??= instance.exports as unknown as Exports;
  } catch (cause) {
    throw refused(cause);
  }
}

/**
 * Calls what is to read a very long text in an instance of its own: memory once grown never shrinks, so it goes with
 * the instance.
 */
export function aside<T>(call: () => T): T {
  const kept = wasm();
  try {
    exports = instantiate(module as WebAssembly.Module);
  } catch (cause) {
    throw refused(cause);
  }
  try {
    return call();
  } finally {
    exports = kept;
  }
}

export function refused(cause: unknown): TokenError {
  return new TokenError(
    'ERR_WASM',
    "expected an engine that runs WebAssembly, found one that refuses; a Content Security Policy needs 'wasm-unsafe-eval' in script-src",
    { cause },
  );
}
