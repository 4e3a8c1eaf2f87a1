// The entry point `momento-token-wasm/momento`; `../../momento.d.ts` is its contract. It holds no copy of the core,
// which it imports by the package's own name, and none of Momento's SDK, which the app hands in.
export { credentialProvider } from './provider.js';
export { toSdkScope } from './scope.js';
export { RotatingTopicClient } from './topics.js';
