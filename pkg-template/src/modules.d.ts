// What tools/embed.mjs puts in place when the package is bundled.

/** Where the module comes from: carried.ts, or given.ts. */
declare module 'wasm-module' {
  export const compile: () => Promise<WebAssembly.Module>;
  export const compileNow: () => WebAssembly.Module;
}

/** The module's file, imported. */
declare module 'wasm-file' {
  const module: WebAssembly.Module;
  export default module;
}

declare module 'wasm-text' {
  const text: string;
  export default text;
}
