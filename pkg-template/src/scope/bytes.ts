// Keys: strings and bytes.

/** Text with a lone surrogate cannot be encoded as UTF-8. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The getter of typed arrays' tag. It checks the internal slot, so it cannot be fooled by a value with a forged tag.
 */
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => unknown;

/** Whether a value is a `Uint8Array` of any realm; `instanceof` recognises only those of the current realm. */
export const isBytes = (value: unknown): value is Uint8Array => typedArrayName.call(value) === 'Uint8Array';
