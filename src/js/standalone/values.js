// What Rust cannot export through wasm-bindgen: constants, and a class that extends Error.
const { freeze } = Object;
const all = (what) => freeze({ all: what });

export const AllCaches = all('caches');
export const AllTopics = all('topics');
export const AllCacheItems = all('items');
export const AllFunctions = all('functions');

export const CacheRole = freeze({ ReadWrite: 'readwrite', ReadOnly: 'readonly', WriteOnly: 'writeonly' });
export const TopicRole = freeze({
  PublishSubscribe: 'publishsubscribe',
  SubscribeOnly: 'subscribeonly',
  PublishOnly: 'publishonly',
});
export const FunctionRole = freeze({ FunctionInvoke: 'functioninvoke', FunctionPermitNone: 'functionpermitnone' });

export const AllDataReadWrite = freeze({
  permissions: freeze([
    freeze({ role: CacheRole.ReadWrite, cache: AllCaches }),
    freeze({ role: TopicRole.PublishSubscribe, cache: AllCaches, topic: AllTopics }),
    freeze({ role: FunctionRole.FunctionInvoke, cache: AllCaches, func: AllFunctions }),
  ]),
});

export class TokenError extends Error {
  constructor(code, message, details = {}) {
    super(message);
    this.code = code;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: name !== 'cause' });
    }
  }

  static {
    Object.defineProperty(TokenError.prototype, 'name', { value: 'TokenError' });
  }
}

/** Makes one of an Error with a code, which is what the crate throws. */
export const toTokenError = ({ code, message, name: _, ...details }) => new TokenError(code, message, details);
