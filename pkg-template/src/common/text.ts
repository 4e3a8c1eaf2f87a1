/** Decodes UTF-8; undefined if the bytes are not valid UTF-8. */
export function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    // Jest's jsdom lacks TextDecoder. The replacement in text-codec.ts is always strict.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
