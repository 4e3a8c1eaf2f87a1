// This package, through its public face alone.
import { decodeToken } from '../pkg/decode.js';

/** Envelope, claims, endpoints and expiry, as far as they go without the permissions. */
export function credential(token) {
  const read = decodeToken(token);
  const { version, endpoint, expiresAt } = read;
  return { version, endpoint, expiresAt };
}

/** Everything, down to the last permission's last field. */
export function full(token) {
  const read = decodeToken(token);
  const { version, endpoint, endpoints, expiresAt, tokenId, subject, scope } = read;
  return { version, endpoint, endpoints, expiresAt, tokenId, subject, permissions: scope.permissions, read };
}

/** In the other peers' form, to compare. */
export function plain(token) {
  const { endpoints, expiresAt, read, permissions, ...rest } = full(token);
  const { cacheEndpoint, controlEndpoint, tokenEndpoint } = endpoints;
  return {
    ...rest,
    credential: read.reveal(),
    cacheEndpoint,
    controlEndpoint,
    tokenEndpoint,
    expiresAt: expiresAt.getTime(),
    permissions,
  };
}
