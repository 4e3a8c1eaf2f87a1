// Everything the package exports; `../index.d.ts` is its contract, and tests/types holds the two together.
export { ready } from './wasm.js';
export { TokenError } from './error.js';
export { CredentialProvider, decodeToken, keyVersion } from './token.js';
export { AllCacheItems, AllCaches, AllFunctions, AllTopics, CacheRole, FunctionRole, TopicRole, describeScope } from './scope.js';
export { TokenSource } from './source.js';
