// Shortens the names of the module's imports. wasm-bindgen's are long, end in a hash, and occur both in the module and
// in the glue: short ones make the package 5 KB smaller in gzip.

/** The module name of wasm-bindgen's imports. */
const GLUE = './momento_token_wasm_bg.js';

const IMPORT_SECTION = 2;
const Kind = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3 };

/** Renames the module's imports according to `names`. */
export function renameImports(module, names) {
  const parts = [module.subarray(0, 8)];
  for (let at = 8; at < module.length; ) {
    const reader = new Reader(module, at);
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    parts.push(id === IMPORT_SECTION ? renameSection(reader, names) : module.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function renameSection(reader, names) {
  const count = reader.number();
  const entries = [number(count)];
  for (let index = 0; index < count; index++) {
    const from = reader.text();
    const name = reader.text();
    const renamed = names.get(name);
    // The loader provides only the glue. An import without conversions may come from elsewhere, bypassing the glue.
    if (from !== GLUE || renamed === undefined)
      throw new Error(`the module imports ${name} of ${from}, which its glue does not have`);
    entries.push(text(from), text(renamed), reader.description());
  }
  const body = Buffer.concat(entries);
  return Buffer.concat([Buffer.of(IMPORT_SECTION), number(body.length), body]);
}

/** Reads the binary format of a module (WebAssembly Core Specification, chapter 5). */
class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned integer in LEB128. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString();
  }

  /** The bytes of an import's description. */
  description() {
    const start = this.at;
    const kind = this.byte();
    if (kind === Kind.FUNCTION) this.number();
    else if (kind === Kind.TABLE) this.skipLimits(1);
    else if (kind === Kind.MEMORY) this.skipLimits(0);
    else if (kind === Kind.GLOBAL) this.at += 2;
    else throw new Error(`an import of kind ${kind}`);
    return this.bytes.subarray(start, this.at);
  }

  skipLimits(before) {
    this.at += before;
    const hasMaximum = (this.byte() & 1) === 1;
    this.number();
    if (hasMaximum) this.number();
  }
}

function number(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
