// Disposable tokens with so many permissions, synthetic and signed by nobody; several of each, so that no engine learns
// one by heart.

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const base64url = (value) => btoa(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');

const text = (value) => new TextEncoder().encode(value);
/** A field of bytes; all of them here are shorter than 2^14. */
const field = (number, ...parts) => {
  const bytes = parts.flatMap((part) => [...part]);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return [(number << 3) | 2, ...length, ...bytes];
};

/**
 * The permissions that apps ask for most: items by prefix, topics by name, items by key, a plain cache, topics by
 * prefix.
 */
const permission = (index, seed) => {
  const cache = field(3, field(1, text(`cache-${seed}-${index}`)));
  switch (index % 5) {
    case 0:
      return field(1, [8, 2], cache, field(5, field(2, text(`user-${seed}-`))));
    case 1:
      return field(2, [8, 2], cache, field(5, field(1, text(`room-${seed}-${index}`))));
    case 2:
      return field(1, [8, 1], cache, field(5, field(1, text(`profile-${seed}`))));
    case 3:
      return field(1, [8, 2], cache);
    default:
      return field(2, [8, 3], cache, field(5, field(2, text(`audit-${seed}-`))));
  }
};

/** An envelope, as Momento's SDKs write it. */
export function mint(permissions, seed) {
  const entries = Array.from({ length: permissions }, (_, index) => field(1, permission(index, seed)));
  const claims = {
    sub: `developer-${seed}@example.com`,
    ver: 1,
    p: base64(field(2, ...entries)),
    exp: Math.floor(Date.now() / 1000) + 3600 + seed,
    id: `user-${seed}`,
  };
  // HS256 signs with 32 bytes.
  const signature = base64url('s'.repeat(28)).slice(0, 43);
  const key = `${base64url({ alg: 'HS256' })}.${base64url(claims)}.${signature.slice(0, 40)}`;
  return btoa(JSON.stringify({ endpoint: `cell-${seed % 9}-us-east-2-1.prod.a.momentohq.com`, api_key: key }));
}
