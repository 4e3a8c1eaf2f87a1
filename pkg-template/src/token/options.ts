// Copies and checks decode options, for a source that may have to wait for WebAssembly (src/js/options.rs).
import type * as Api from '../../index.js';
import { check, isObject, reads, text, wrong } from '../common/error.js';

type Overrides = NonNullable<Api.DecodeOptions['endpointOverrides']>;

/** Reads an argument of this name. */
export const readsAs = <T>(what: string, read: () => T): T =>
  reads(read, `${what}: expected plain data, found what cannot be read; see \`cause\``);

/** Checks the types of the options and copies them. The crate decides which hosts are allowed. */
export const copyOptions = (options: Api.DecodeOptions | undefined): Api.DecodeOptions | undefined =>
  options === undefined ? undefined : readsAs('options', () => copy(options));

function copy(options: Api.DecodeOptions): Api.DecodeOptions {
  check(isObject(options), 'options', 'an object', options);
  const { endpoint, allowedEndpointSuffixes: suffixes, endpointOverrides: overrides } = options;
  return {
    ...(endpoint !== undefined && { endpoint: host('endpoint', endpoint) }),
    ...(suffixes !== undefined && { allowedEndpointSuffixes: copySuffixes(suffixes) }),
    ...(overrides !== undefined && { endpointOverrides: copyOverrides(overrides) }),
  };
}

function copySuffixes(suffixes: readonly string[]): string[] {
  check(Array.isArray(suffixes), 'allowedEndpointSuffixes', 'an array of host suffixes', suffixes);
  return Array.from(suffixes as readonly string[], (suffix) => host('allowedEndpointSuffixes', suffix));
}

function copyOverrides(overrides: Overrides): Overrides {
  check(isObject(overrides), 'endpointOverrides', 'an object', overrides);
  const given = overrides as unknown as Record<string, unknown>;
  const named = (name: string, value = given[name]): string => host(`endpointOverrides.${name}`, value);
  const secure = (): boolean => {
    const secureConnection = given.secureConnection ?? true;
    check(typeof secureConnection === 'boolean', 'endpointOverrides.secureConnection', 'a boolean', secureConnection);
    return secureConnection;
  };
  if ('baseEndpoint' in given) {
    const baseEndpoint = named('baseEndpoint');
    const { endpointPrefix } = given;
    const prefix = endpointPrefix !== undefined && { endpointPrefix: named('endpointPrefix', endpointPrefix) };
    return { baseEndpoint, ...prefix, secureConnection: secure() };
  }
  return {
    cacheEndpoint: named('cacheEndpoint'),
    controlEndpoint: named('controlEndpoint'),
    tokenEndpoint: named('tokenEndpoint'),
    secureConnection: secure(),
  };
}

/** Checks a host. A lone surrogate is rejected here, because the crate would receive U+FFFD instead. */
function host(what: string, value: unknown): string {
  const found = text(what, value);
  if (/\p{Surrogate}/u.test(found)) throw wrong(`${what}: expected a host name, found half a character`);
  return found;
}
