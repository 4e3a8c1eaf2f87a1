// The same for momento-token-wasm/momento, beside the types of Momento's own SDK.
import * as sdk from '@gomomento/sdk-web';
import * as implementation from '../../pkg-template/src/momento/index.js';
import type * as contract from '../../pkg-template/momento.js';
import { TokenScopes, type Token, type TokenScope, type TokenSource } from 'momento-token-wasm';
import * as face from 'momento-token-wasm/momento';

export const keepsItsWord: typeof contract = implementation;

declare const token: Token;
declare const source: TokenSource;
declare const scope: TokenScope;

// What reads well, compiles.
const configuration = sdk.TopicConfigurations.Browser.latest();
new sdk.TopicClient({ credentialProvider: face.credentialProvider(token), configuration });
declare const auth: sdk.AuthClient;
auth.generateDisposableToken(face.toSdkScope(scope, sdk), sdk.ExpiresIn.minutes(5));
face.toSdkScope(TokenScopes.cacheReadOnly('chat'), { ...sdk, AllCacheItems: Symbol('AllCacheItems') });

const topics = new face.RotatingTopicClient(source, {
  makeClient: (credentialProvider) => new sdk.TopicClient({ credentialProvider, configuration }),
});
const subscription = topics.subscribe('chat', 'room', {
  onItem: (item) => item.valueString(),
  onError: (error, it) => (error.errorCode() === sdk.MomentoErrorCode.PERMISSION_ERROR ? it.unsubscribe() : undefined),
  onDiscontinuity: (gap) => gap.newSequencePage(),
});
export const at: number | undefined = subscription.position?.sequenceNumber;
// Handlers written for the SDK's own client serve as they are.
const written: Pick<sdk.SubscribeCallOptions, 'onItem' | 'onHeartbeat'> = {};
topics.subscribe('chat', 'room', { ...written, onItem: written.onItem ?? (() => {}) });
const published = await topics.publish('chat', 'room', new Uint8Array(1));
if (published instanceof sdk.TopicPublish.Error) published.errorCode();
new face.RotatingTopicClient(source, {
  makeClient: () => new sdk.TopicClient(),
  silenceLimitMs: Infinity,
  backoffMs: [100, 1_000],
});

// What is wrong, does not.
// @ts-expect-error a client is needed
new face.RotatingTopicClient(source, {});
// @ts-expect-error the SDK's token is no Token
face.credentialProvider('eyJ');
// @ts-expect-error a subscription is for something
topics.subscribe('chat', 'room', {});
// @ts-expect-error the SDK's constants are needed
face.toSdkScope(scope, {});
