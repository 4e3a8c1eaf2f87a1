// The WebAssembly module, carried in this file as text. A host that compiles no bytes has given.ts in its place.
import text from 'wasm-text';

export const compile = (): Promise<WebAssembly.Module> => WebAssembly.compile(bytes());
export const compileNow = (): WebAssembly.Module => new WebAssembly.Module(bytes());

/** The module out of its text, as `toText` in tools/pkg.mjs has written it. */
function bytes(): Uint8Array<ArrayBuffer> {
  const frequent: number[] = [];
  const others: number[] = [];
  for (let byte = 0; byte < 256; byte++) ((parseInt(text[byte >> 2] as string, 16) >> (byte & 3)) & 1 ? frequent : others).push(byte);
  const out = new Uint8Array(text.length);
  let length = 0;
  let at = 64;
  const letter = (): number => {
    const code = text.charCodeAt(at++);
    return code - (code > 92 ? 36 : 35);
  };
  while (at < text.length) {
    const place = letter();
    out[length++] = (place < 89 ? frequent[place] : others[(place - 89) * 91 + letter()]) as number;
  }
  return out.subarray(0, length);
}
