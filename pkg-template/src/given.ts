// The WebAssembly module where the host compiles it ahead of time, and no bytes at run time: what it makes of importing
// the file.
import module from 'wasm-file';

export const compile = async (): Promise<WebAssembly.Module> => module;
export const compileNow = (): WebAssembly.Module => module;
