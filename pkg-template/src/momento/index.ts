// The entry point `momento-token-wasm/momento`; `../../momento.d.ts` documents it. Imports the core by the package's
// name, so that it is not bundled twice. Momento's SDK is passed in by the app.
export { credentialProvider } from './provider.js';
export { toSdkScope } from './scope.js';
export { RotatingTopicClient } from './topics.js';
