// Synthetic credentials, shaped as Momento's and signed by nobody.

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT with these claims. */
export const jwt = (claims) => [base64url({ alg: 'HS256', typ: 'JWT' }), base64url(claims), 'c2lnbmF0dXJl'].join('.');

/** A v1 envelope around a key. */
export const envelope = (key, endpoint = 'cell-1-us-east-2-1.prod.a.momentohq.com') =>
  Buffer.from(JSON.stringify({ endpoint, api_key: key })).toString('base64');

/** Claim `p` for read-only access to cache `chat`. */
export const READ_CHAT = 'Eg4KDAoKCAIaBgoEY2hhdA==';

/** A disposable token that lives so many seconds. */
export const disposable = (seconds = 300, more = {}) =>
  envelope(
    jwt({ sub: 'someone', ver: 1, p: READ_CHAT, exp: Math.floor(Date.now() / 1000) + seconds, id: 'user-7', ...more }),
  );
