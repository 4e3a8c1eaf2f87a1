// The WebAssembly module for hosts that compile it ahead of time and cannot compile bytes at run time: importing the
// file gives the compiled module.
import module from 'wasm-file';

export const compile = async (): Promise<WebAssembly.Module> => module;
export const compileNow = (): WebAssembly.Module => module;
