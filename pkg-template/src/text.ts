// Text to bytes and back. Jest's jsdom is the one place that has neither TextEncoder nor TextDecoder: there it is done by hand.

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** As TextEncoder.encodeInto. */
export function encodeText(text: string, into: Uint8Array): { read: number; written: number } {
  if (encoder ?? globalThis.TextEncoder) return (encoder ??= new TextEncoder()).encodeInto(text, into);
  const bytes = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).match(/%..|./g) ?? [];
  if (bytes.length > into.length) return { read: 0, written: 0 };
  into.set(bytes.map((byte) => (byte[1] ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0))));
  return { read: text.length, written: bytes.length };
}

/** Of bytes that are UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  if (decoder ?? globalThis.TextDecoder) return (decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);
  return decodeURIComponent(Array.from(bytes, (byte) => `%${(byte + 256).toString(16).slice(1)}`).join(''));
}
