// The package without the refresher: what `index.ts` exports, less TokenSource.
export { ready } from './wasm.js';
export { TokenError } from './error.js';
export { CredentialProvider, decodeToken, keyVersion } from './token.js';
export { AllCacheItems, AllCaches, AllFunctions, AllTopics, CacheRole, FunctionRole, TopicRole, describeScope } from './scope.js';
