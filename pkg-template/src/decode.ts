// The package without the refresher: credentials and scopes.
export { ready } from './wasm.js';
export { TokenError } from './error.js';
export { CredentialProvider, decodeToken, keyVersion } from './token.js';
export { AllCacheItems, AllCaches, AllFunctions, AllTopics, CacheRole, FunctionRole, TopicRole } from './permission.js';
export {
  allows,
  covers,
  decodePermissions,
  describeScope,
  encodePermissions,
  mergeScopes,
  parseScope,
} from './scope.js';
export { AllDataReadWrite, DisposableTokenScopes, TokenScopes } from './builders.js';
export { ExpiresIn } from './expires.js';
