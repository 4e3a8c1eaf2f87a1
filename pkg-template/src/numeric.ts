// The crate's numeric exports, called past the glue, until each has a typed one.
import { wasm as start } from './wasm.js';

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
}

export const wasm = (): Exports => start() as unknown as Exports;
export const aside = <T>(call: () => T): T => call();
