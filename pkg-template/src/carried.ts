// The WebAssembly module, embedded in this file as text. Hosts that cannot compile bytes use given.ts instead.
import text from 'wasm-text';

export const compile = (): Promise<WebAssembly.Module> => WebAssembly.compile(bytesOf(text));
export const compileNow = (): WebAssembly.Module => new WebAssembly.Module(bytesOf(text));

/** Decodes a text written by `toText` in tools/carry.mjs, which explains why the module is not encoded as base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const isFrequent = (byte: number): boolean => ((parseInt(text.charAt(byte >> 2), 16) >> (byte & 3)) & 1) > 0;
  // Printable ASCII without double quotes and backslashes. The last two start a pair, the others are one byte each.
  const letters = Array.from({ length: 95 }, (_, index) => index + 32).filter(
    (letter) => letter !== 34 && letter !== 92,
  );
  const alone = letters.slice(0, 91);
  const free = alone.filter((letter) => !isFrequent(letter));
  const meaning = new Uint8Array(1 << 14);
  let pairs = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (!isFrequent(byte)) {
      meaning[((pairs < 93 ? 125 : 126) << 7) + (letters[pairs % 93] as number)] = byte;
      pairs++;
    } else {
      meaning[alone.includes(byte) ? byte : (free.shift() as number)] = byte;
    }
  }
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 64; at < text.length; ) {
    const code = text.charCodeAt(at++);
    out[length++] = meaning[code > 124 ? (code << 7) + text.charCodeAt(at++) : code] as number;
  }
  return out.subarray(0, length);
}
