// Momento's own SDK, the real one, and the messages it is generated from.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const fromSdk = createRequire(require.resolve('@gomomento/sdk-web'));

// The web SDK does not export every constant of a scope itself (AllCacheItems is one); its core does.
export const sdk = { ...fromSdk('@gomomento/sdk-core'), ...require('@gomomento/sdk-web') };
export const proto = fromSdk('@gomomento/generated-types-webtext/dist/permissionmessages_pb');
const { permissionsFromScope } = require('@gomomento/sdk-web/dist/src/internal/auth-client.js');
const { InternalSuperUserPermissions } = fromSdk('@gomomento/sdk-core/dist/src/internal/utils');

export const superUser = new InternalSuperUserPermissions();

const base64 = (message) => Buffer.from(message.serializeBinary()).toString('base64');

/** Claim `p` as the SDK makes it of a scope. */
export const sdkPermissions = (scope) => base64(permissionsFromScope(scope));

/** Claim `p` of these permissions, past the SDK's own code: what the protocol can say and the SDK cannot. */
export function protoPermissions(permissions) {
  const message = new proto.Permissions();
  const explicit = new proto.ExplicitPermissions();
  explicit.setPermissionsList(permissions.map(permissionMessage));
  message.setExplicit(explicit);
  return base64(message);
}

const ROLES = {
  readwrite: 1,
  readonly: 2,
  writeonly: 3,
  publishsubscribe: 1,
  subscribeonly: 2,
  publishonly: 3,
  functioninvoke: 1,
  functionpermitnone: 0,
};

/** One permission, of a list as support/scopes.mjs draws it. */
function permissionMessage({ kind, role, cache, select }) {
  const types = proto.PermissionsType;
  const all = () => new types.All();
  const body = new types[`${kind}Permissions`]();
  body.setRole(ROLES[role]);
  if (cache === undefined) body.setAllCaches(all());
  else {
    const selector = new types.CacheSelector();
    selector.setCacheName(cache);
    body.setCacheSelector(selector);
  }
  const what = kind === 'Cache' ? 'Item' : kind;
  if (select?.all) body[`setAll${what}s`](all());
  else if (select) {
    const selector = new types[`${kind === 'Cache' ? 'CacheItem' : kind}Selector`]();
    const prefix = select.prefix !== undefined;
    const value = prefix ? select.prefix : select.whole;
    if (kind === 'Cache') selector[prefix ? 'setKeyPrefix' : 'setKey'](Buffer.from(value).toString('base64'));
    else selector[`set${kind}Name${prefix ? 'Prefix' : ''}`](value);
    body[`set${what}Selector`](selector);
  }
  const message = new types();
  message[`set${kind}Permissions`](body);
  return message;
}
