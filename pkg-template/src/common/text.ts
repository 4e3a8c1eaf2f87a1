/** The text of bytes that may be UTF-8; undefined if they are not. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    // In Jest's jsdom it is that of text-codec.ts, which is strict already.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
