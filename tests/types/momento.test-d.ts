// The same for momento-token-wasm/momento, beside the types of Momento's own SDK.
import * as sdk from '@gomomento/sdk-web';
import * as implementation from '../../pkg-template/src/momento/index.js';
import type * as contract from '../../pkg-template/momento.js';
import { TokenScopes, type Token, type TokenScope } from 'momento-token-wasm';
import * as face from 'momento-token-wasm/momento';

export const keepsItsWord: typeof contract = implementation;

declare const token: Token;
declare const scope: TokenScope;

// What reads well, compiles.
const configuration = sdk.TopicConfigurations.Browser.latest();
new sdk.TopicClient({ credentialProvider: face.credentialProvider(token), configuration });
declare const auth: sdk.AuthClient;
auth.generateDisposableToken(face.toSdkScope(scope, sdk), sdk.ExpiresIn.minutes(5));
face.toSdkScope(TokenScopes.cacheReadOnly('chat'), { ...sdk, AllCacheItems: Symbol('AllCacheItems') });

// What is wrong, does not.
// @ts-expect-error the SDK's token is no Token
face.credentialProvider('eyJ');
// @ts-expect-error the SDK's constants are needed
face.toSdkScope(scope, {});
