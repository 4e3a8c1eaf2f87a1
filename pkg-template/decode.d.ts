// The package without the refresher: credentials and scopes, with a WebAssembly module of its own that is half the
// size. `import { decodeToken } from 'momento-token-wasm/decode'`. Where both are imported, their values are alike, but
// their classes differ.
export type * from './index.js';
export {
  AllCacheItems,
  AllCaches,
  AllDataReadWrite,
  AllFunctions,
  AllTopics,
  CacheRole,
  CredentialProvider,
  DisposableTokenScopes,
  ExpiresIn,
  FunctionRole,
  TokenError,
  TokenScopes,
  TopicRole,
  allows,
  covers,
  decodePermissions,
  decodeToken,
  describeScope,
  encodePermissions,
  keyVersion,
  mergeScopes,
  parseScope,
  ready,
} from './index.js';
