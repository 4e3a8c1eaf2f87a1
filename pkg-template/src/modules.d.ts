// Modules that tools/embed.mjs provides when it bundles the package.

/** The source of the WebAssembly module: carried.ts or given.ts. */
declare module 'wasm-module' {
  export const compile: () => Promise<WebAssembly.Module>;
  export const compileNow: () => WebAssembly.Module;
}

/** The module's `.wasm` file. */
declare module 'wasm-file' {
  const module: WebAssembly.Module;
  export default module;
}

declare module 'wasm-text' {
  const text: string;
  export default text;
}
