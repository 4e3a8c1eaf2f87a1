// Converts scopes to the SDK's form. Rejects what the SDK would not send unchanged.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Api from '../../momento.js';
import {
  AllCacheItems,
  AllCaches,
  AllFunctions,
  AllTopics,
  TokenError,
  type TokenScope,
  parseScope,
} from 'momento-token-wasm';
import { reading } from './argument.js';

type Fields = Record<string, unknown>;

export function toSdkScope(scope: TokenScope, sdk: Api.SdkConstants): Sdk.DisposableTokenScope {
  const permissions = parseScope(scope).permissions as readonly unknown[] as readonly Fields[];
  const known = (name: string): unknown => reading('sdk', () => (sdk as unknown as Fields | undefined)?.[name]);
  const wide = permissions.findIndex(({ item, func }) => !item && !func);
  const narrow = permissions.findIndex(({ item }) => item && item !== AllCacheItems);
  if (wide >= 0 && narrow >= 0) {
    refuse(narrow, `beside permissions[${wide}], which has none, the SDK drops \`item\` and grants the whole cache`);
  }
  // The constants have the same names in both packages.
  const constants: Fields = { AllCaches, AllTopics, AllCacheItems, AllFunctions };
  const translate = (field: string, value: unknown, index: number): unknown => {
    const name = Object.keys(constants).find((name) => constants[name] === value);
    // An SDK without AllFunctions does not support functions.
    for (const needed of [name, field === 'func' && 'AllFunctions']) {
      if (needed && typeof known(needed) !== 'symbol') {
        throw new TokenError(
          'ERR_ARGUMENT',
          `sdk: expected ${needed} in it (AllCacheItems is in @gomomento/sdk-core alone)`,
        );
      }
    }
    if (name) return known(name);
    if (typeof value !== 'object') return value;
    const [[kind, text]] = Object.entries(value as object) as [[string, unknown]];
    if (typeof text !== 'string' || !text.trim()) refuse(index, 'the SDK takes no key that is blank or not text');
    if (field === 'topic') refuse(index, 'the SDK takes no prefix of topics');
    return { [kind]: text };
  };
  return {
    permissions: permissions.map((permission, index) =>
      Object.fromEntries(
        Object.entries(permission)
          // Without `item` the permission is for the whole cache, which is the same. It is the only way to express that
          // together with a topic, or in an SDK without AllCacheItems.
          .filter(([, value]) => value !== AllCacheItems || (wide < 0 && (narrow >= 0 || known('AllCacheItems'))))
          .map(([field, value]) => [field, translate(field, value, index)]),
      ),
    ),
  } as unknown as Sdk.DisposableTokenScope;
}

function refuse(index: number, why: string): never {
  throw new TokenError(
    'ERR_SCOPE_SDK',
    `permissions[${index}]: ${why}; send encodePermissions(scope) to the token service without the SDK`,
  );
}
