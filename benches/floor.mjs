// The floor: the least JavaScript that reads a disposable token, as one would write it by hand. It checks nothing:
// neither endpoint nor types, nor fields it does not know, nor what stands twice.

const CACHE = ['', 'readwrite', 'readonly', 'writeonly'];
const TOPIC = ['', 'publishsubscribe', 'subscribeonly', 'publishonly'];
const decoder = new TextDecoder();

const base64url = (text) => atob(text.replace(/-/g, '+').replace(/_/g, '/'));

/** Envelope, claims, endpoints and expiry. */
export function credential(token) {
  const { endpoint, api_key } = JSON.parse(atob(token));
  const claims = JSON.parse(base64url(api_key.slice(api_key.indexOf('.') + 1, api_key.lastIndexOf('.'))));
  return {
    version: claims.ver === 1 ? 'v1' : 'unknown',
    credential: api_key,
    endpoint,
    cacheEndpoint: `cache.${endpoint}`,
    controlEndpoint: `control.${endpoint}`,
    tokenEndpoint: `token.${endpoint}`,
    expiresAt: claims.exp * 1000,
    tokenId: claims.id,
    subject: claims.sub,
    p: claims.p,
  };
}

/** All of that, and the permissions. */
export function full(token) {
  const { p, ...read } = credential(token);
  const text = atob(p);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const string = () => {
    const length = varint();
    return decoder.decode(bytes.subarray(at, (at += length)));
  };
  const permissions = [];
  varint(); // Permissions.explicit
  const end = varint() + at;
  while (at < end) {
    varint(); // ExplicitPermissions.permissions
    varint();
    const isTopic = varint() >> 3 === 2;
    const last = varint() + at;
    const permission = { role: '', cache: '' };
    while (at < last) {
      switch (varint() >> 3) {
        case 1:
          permission.role = (isTopic ? TOPIC : CACHE)[varint()];
          break;
        case 3:
          varint();
          varint();
          permission.cache = string();
          break;
        case 5: {
          varint();
          const isPrefix = varint() >> 3 === 2;
          const name = string();
          if (isTopic) permission.topic = isPrefix ? { namePrefix: name } : name;
          else permission.item = isPrefix ? { keyPrefix: name } : { key: name };
        }
      }
    }
    permissions.push(permission);
  }
  return { ...read, permissions };
}
