// The WebAssembly module with wasm-bindgen's glue. It is instantiated at the first call, never at import.
import { type Core, bind } from 'wasm-glue';
import { compile, compileNow } from 'wasm-module';
import type { TokenErrorCode } from '../index.js';
import { TokenError } from './common/error.js';

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  __wbindgen_start(): void;
}

let module: WebAssembly.Module | undefined;
let current: Instance | undefined;
const listeners = new Set<(error: TokenError) => void>();

/**
 * An instance with its own glue. The first trap leaves it in an undefined state, so it counts as lost: from then on,
 * its glue calls do nothing, even for closures and objects that are still referenced.
 */
class Instance {
  /** Why the instance is lost, if it is. */
  error: TokenError | undefined;
  #exports: WebAssembly.Exports = {};
  // These are called by the engine, so no caller could catch what they throw.
  readonly #glue = bind((run) => {
    try {
      return run();
    } catch (cause) {
      this.lose(cause);
      return 0;
    }
  });

  get core(): Core {
    return this.#glue.core;
  }

  get imports(): WebAssembly.Imports {
    return { './momento_token_wasm_bg.js': this.#glue.imports };
  }

  start({ exports }: WebAssembly.Instance): this {
    this.#exports = exports;
    this.#glue.attach(exports);
    (exports as Exports).__wbindgen_start();
    return this;
  }

  lose(cause: unknown): TokenError {
    if (this.error) return this.error;
    const error = refused(cause);
    this.error = error;
    if (current === this) current = undefined;
    this.#glue.attach(inert(this.#exports));
    // Not during the trap: listeners may be further down the stack, or call the crate.
    if (listeners.size > 0) setTimeout(tell, 0, error);
    return error;
  }
}

function tell(error: TokenError): void {
  for (const listener of [...listeners]) listener(error);
}

/** Exports that do nothing. To the glue, results are 0, lists are empty, and the memory is unchanged. */
function inert(exports: WebAssembly.Exports): WebAssembly.Exports {
  const nothing = Object.assign(() => 0, { get() {}, set() {} });
  const names = Object.keys(exports).map((name) => [name, nothing]);
  return { ...Object.fromEntries(names), memory: exports['memory'] as WebAssembly.Memory };
}

/**
 * Calls the crate. The first call compiles and starts the module.
 *
 * Throws only TokenErrors: `ERR_WASM` if the engine refuses the module, or after a trap. The next call then starts a
 * new instance. An object that the crate created must be used with the `core` that created it.
 */
export function call<T>(run: (core: Core) => T): T {
  const instance = running();
  let result: T;
  try {
    result = run(instance.core);
  } catch (cause) {
    throw instance.error ?? asTokenError(cause) ?? instance.lose(cause);
  }
  // A nested call may have trapped.
  if (instance.error) throw instance.error;
  return result;
}

/** Whether the instance of this `core` is lost, so that its objects do nothing any more. */
export const isLost = (core: Core): boolean => core !== current?.core;

/**
 * Calls `listener` when an instance is lost, until the returned function is called. Listeners are called in a separate
 * task, when a new instance may already be running: check `isLost`.
 */
export function onLost(listener: (error: TokenError) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Returns the running instance, or starts one. */
function running(): Instance {
  try {
    if (!current) {
      const instance = new Instance();
      current = instance.start(new WebAssembly.Instance((module ??= compileNow()), instance.imports));
    }
    return current;
  } catch (cause) {
    throw refused(cause);
  }
}

/** Compiles and starts the module ahead of time, off the main thread if the engine supports it. */
export async function ready(): Promise<void> {
  if (current) return;
  try {
    module ??= await compile();
    const instance = new Instance();
    const started = await WebAssembly.instantiate(module, instance.imports);
    // A call in the meantime may have started another instance, which objects may already belong to.
    current ??= instance.start(started);
  } catch (cause) {
    throw refused(cause);
  }
}

/** The crate throws an Error of this name with a `code` (src/js/error.rs). Anything else is a trap. */
function asTokenError(cause: unknown): TokenError | undefined {
  if (!(cause instanceof Error) || cause.name !== 'TokenError') return undefined;
  const { name: _, code, message, ...details } = cause as Error & { code: TokenErrorCode; status?: number };
  return new TokenError(code, message, details);
}

export function refused(cause: unknown): TokenError {
  return new TokenError(
    'ERR_WASM',
    "expected an engine that runs WebAssembly, found one that refuses; a Content Security Policy needs 'wasm-unsafe-eval' in script-src",
    { cause },
  );
}
