// The options of decoding, as the crate reads them (src/js/options.rs), which checks what they say.
import type * as Face from '../index.js';
import { check, isObject, reads, text, wrong } from './error.js';

/** Reads what was passed in under this name. */
export const readsAs = <T>(what: string, read: () => T): T =>
  reads(read, `${what}: expected plain data, found what cannot be read; see \`cause\``);

/** Checks the options' types, and writes them down. */
export const writeOptions = (options: Face.DecodeOptions | undefined): string =>
  options === undefined ? '' : readsAs('options', () => write(options));

function write(options: Face.DecodeOptions): string {
  check(isObject(options), 'options', 'an object', options);
  let written = '';
  const put = (letter: string, what: string, value: unknown): void => {
    written += letter + host(what, value);
  };
  const { endpoint, allowedEndpointSuffixes: suffixes, endpointOverrides: overrides } = options;
  if (endpoint !== undefined) put('e', 'endpoint', endpoint);
  if (suffixes !== undefined) {
    check(Array.isArray(suffixes), 'allowedEndpointSuffixes', 'an array of host suffixes', suffixes);
    written += 'S\n';
    for (const suffix of suffixes) put('s', 'allowedEndpointSuffixes', suffix);
  }
  if (overrides !== undefined) {
    check(isObject(overrides), 'endpointOverrides', 'an object', overrides);
    const given = overrides as unknown as Record<string, unknown>;
    const named = (letter: string, name: string): void => put(letter, `endpointOverrides.${name}`, given[name]);
    if ('baseEndpoint' in given) {
      named('b', 'baseEndpoint');
      if (given.endpointPrefix !== undefined) named('p', 'endpointPrefix');
    } else {
      named('c', 'cacheEndpoint');
      named('k', 'controlEndpoint');
      named('t', 'tokenEndpoint');
    }
    const secure = given.secureConnection ?? true;
    check(typeof secure === 'boolean', 'endpointOverrides.secureConnection', 'a boolean', secure);
    if (!secure) written += 'i\n';
  }
  return written;
}

/**
 * A host as a line of ASCII. The crate checks it; what has no place in any host is as wrong when it is a question mark.
 */
function host(what: string, value: unknown): string {
  const found = text(what, value);
  if (/\p{Surrogate}/u.test(found)) throw wrong(`${what}: expected a host name, found half a character`);
  return `${found.replace(/\s/g, ' ').replace(/[^ -~]/g, '?')}\n`;
}
