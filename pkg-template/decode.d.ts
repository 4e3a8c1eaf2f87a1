// The package without `TokenSource`: credentials and scopes, with a separate WebAssembly module of half the size.
// `import { decodeToken } from 'momento-token-wasm/decode'`. If an app imports both entry points, their data is
// interchangeable, but their classes are distinct.
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
