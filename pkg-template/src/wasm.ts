// The WebAssembly module, behind wasm-bindgen's glue: instantiated at the first call, never at import.
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
 * An instance with glue of its own. A trap leaves it in any state, so it is lost with the first: from then on its glue
 * calls nothing, whoever still holds a closure or an object of it.
 */
class Instance {
  /** Why it is lost. */
  error: TokenError | undefined;
  #exports: WebAssembly.Exports = {};
  // Nobody is there to catch what these throw: they are called by the engine.
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
    // Not in the midst of a trap: listeners may be far down the stack, or call the crate.
    if (listeners.size > 0) setTimeout(tell, 0, error);
    return error;
  }
}

function tell(error: TokenError): void {
  for (const listener of [...listeners]) listener(error);
}

/** Exports that do nothing. The glue reads results as 0, lists as empty, and memory as it was. */
function inert(exports: WebAssembly.Exports): WebAssembly.Exports {
  const nothing = Object.assign(() => 0, { get() {}, set() {} });
  const names = Object.keys(exports).map((name) => [name, nothing]);
  return { ...Object.fromEntries(names), memory: exports['memory'] as WebAssembly.Memory };
}

/**
 * Calls the crate. Compiles and starts the module at the first call.
 *
 * Whatever goes wrong is a TokenError: `ERR_WASM` where the engine refuses the module, or after a trap. The next call
 * starts a new instance. An object that the crate made belongs to the `core` that made it.
 */
export function call<T>(run: (core: Core) => T): T {
  const instance = running();
  let result: T;
  try {
    result = run(instance.core);
  } catch (cause) {
    throw instance.error ?? asTokenError(cause) ?? instance.lose(cause);
  }
  // It may have trapped in a call within this one.
  if (instance.error) throw instance.error;
  return result;
}

/** Whether the instance behind this has ended: what it made does nothing any more. */
export const isLost = (core: Core): boolean => core !== current?.core;

/**
 * Listens for the loss of instances, until what it gives is called. Listeners are called in a task of their own, when
 * another instance may already run: ask `isLost`.
 */
export function onLost(listener: (error: TokenError) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Starts the module if it has not been started. */
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

/** Does the same ahead of time and off the main thread, where the engine can. */
export async function ready(): Promise<void> {
  if (current) return;
  try {
    module ??= await compile();
    const instance = new Instance();
    const started = await WebAssembly.instantiate(module, instance.imports);
    // A call in the meantime may have started it already, and objects may hold on to that instance.
    current ??= instance.start(started);
  } catch (cause) {
    throw refused(cause);
  }
}

/** The crate throws an Error of this name with a code (src/js/error.rs); anything else is a trap. */
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
