// The entry point `momento-token-wasm/decode`: the package without `TokenSource`.
export { ready } from './wasm.js';
export { TokenError } from './common/error.js';
export { CredentialProvider, decodeToken, keyVersion } from './token/token.js';
export {
  AllCacheItems,
  AllCaches,
  AllFunctions,
  AllTopics,
  CacheRole,
  FunctionRole,
  TopicRole,
} from './scope/permission.js';
export {
  allows,
  covers,
  decodePermissions,
  describeScope,
  encodePermissions,
  mergeScopes,
  parseScope,
} from './scope/scope.js';
export { AllDataReadWrite, DisposableTokenScopes, TokenScopes } from './scope/builders.js';
export { ExpiresIn } from './scope/expires.js';
