// Text to bytes and back. Jest's jsdom is the one place that has neither TextEncoder nor TextDecoder: there it is done
// by hand.

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** As TextEncoder.encodeInto. */
export function encodeText(text: string, into: Uint8Array): { read: number; written: number } {
  encoder ??= globalThis.TextEncoder && new TextEncoder();
  // Older engines have a TextEncoder without this method.
  if (encoder?.encodeInto) return encoder.encodeInto(text, into);
  const bytes = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).match(/%..|./g) ?? [];
  if (bytes.length > into.length) return { read: 0, written: 0 };
  into.set(bytes.map((byte) => (byte[1] ? parseInt(byte.slice(1), 16) : byte.charCodeAt(0))));
  return { read: text.length, written: bytes.length };
}

/** Of bytes that are UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  if (decoder ?? globalThis.TextDecoder)
    return (decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);
  return decodeURIComponent(Array.from(bytes, (byte) => `%${(byte + 256).toString(16).slice(1)}`).join(''));
}

/** Of bytes that may be UTF-8; undefined where they are not. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    const { TextDecoder } = globalThis;
    // By hand it is strict already.
    return TextDecoder ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) : decodeText(bytes);
  } catch {
    return undefined;
  }
}
