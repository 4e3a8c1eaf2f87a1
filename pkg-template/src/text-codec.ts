// wasm-bindgen's glue makes a TextDecoder and a TextEncoder for each instance. Jest's jsdom is the one place that has
// neither: there it is done by hand. tools/pkg.mjs puts these two names in place of the globals.

class PlainDecoder {
  /** Of bytes that are UTF-8; others throw, as a fatal TextDecoder does. */
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
