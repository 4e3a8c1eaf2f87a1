// What may be a key: text, and bytes that are none.

/** Found in text that UTF-8 has no bytes for. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** The getter of a typed array's tag, which knows them by what they are inside: a tag that a value has can be forged. */
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => unknown;

/** Whether it is a `Uint8Array`, of any realm; `instanceof` knows those of this realm alone. */
export const isBytes = (value: unknown): value is Uint8Array => typedArrayName.call(value) === 'Uint8Array';
