// TextDecoder and TextEncoder, of which wasm-bindgen's glue creates one for each instance. Jest's jsdom is the one
// environment that has neither, so they are implemented here. tools/pkg.mjs replaces the globals with these two names.

class PlainDecoder {
  /** Decodes UTF-8. Throws for invalid bytes, as a `fatal` TextDecoder does. */
  decode(bytes: Uint8Array = new Uint8Array()): string {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${(byte + 256).toString(16).slice(1)}`).join(''));
  }
}

class PlainEncoder {
  encode(text: string): Uint8Array {
    const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
    const bytes = encodeURIComponent(wellFormed).match(/%..|./g) ?? [];
    return Uint8Array.from(bytes, (byte) => (byte[1] ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0)));
  }
}

const Decoder = /* @__PURE__ */ (() => globalThis.TextDecoder ?? PlainDecoder)();
const Encoder = /* @__PURE__ */ (() => globalThis.TextEncoder ?? PlainEncoder)();
export { Decoder as TextDecoder, Encoder as TextEncoder };
