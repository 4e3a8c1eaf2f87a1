// What an app does today for the same: Momento's Web SDK for the endpoints, jwt-decode for the claims, the generated
// protobuf types for the permissions.
import { CredentialProvider } from '@gomomento/sdk-web';
import permissionMessages from '@gomomento/generated-types-webtext/dist/permissionmessages_pb.js';
import jwtDecode from 'jwt-decode';

const CACHE = ['', 'readwrite', 'readonly', 'writeonly'];
const TOPIC = ['', 'publishsubscribe', 'subscribeonly', 'publishonly'];
const { Permissions } = permissionMessages;
const decoder = new TextDecoder();

export function credential(token) {
  const provider = CredentialProvider.fromString(token);
  const { endpoint, api_key } = JSON.parse(atob(token));
  const claims = jwtDecode(api_key);
  return {
    version: claims.ver === 1 ? 'v1' : 'unknown',
    credential: api_key,
    endpoint,
    // The Web SDK's own hosts, less what it puts before them.
    cacheEndpoint: provider.getCacheEndpoint().replace('https://web.', ''),
    controlEndpoint: provider.getControlEndpoint().replace('https://web.', ''),
    tokenEndpoint: provider.getTokenEndpoint().replace('https://web.', ''),
    expiresAt: claims.exp * 1000,
    tokenId: claims.id,
    subject: claims.sub,
    p: claims.p,
  };
}

export function full(token) {
  const { p, ...read } = credential(token);
  const permissions = Permissions.deserializeBinary(p)
    .getExplicit()
    .getPermissionsList()
    .map((entry) => {
      if (entry.hasTopicPermissions()) {
        const permission = entry.getTopicPermissions();
        const topic = permission.getTopicSelector();
        return {
          role: TOPIC[permission.getRole()],
          cache: permission.getCacheSelector().getCacheName(),
          topic: topic.hasTopicNamePrefix() ? { namePrefix: topic.getTopicNamePrefix() } : topic.getTopicName(),
        };
      }
      const permission = entry.getCachePermissions();
      const written = { role: CACHE[permission.getRole()], cache: permission.getCacheSelector().getCacheName() };
      const item = permission.getItemSelector();
      if (item) {
        written.item = item.hasKeyPrefix()
          ? { keyPrefix: decoder.decode(item.getKeyPrefix_asU8()) }
          : { key: decoder.decode(item.getKey_asU8()) };
      }
      return written;
    });
  return { ...read, permissions };
}
