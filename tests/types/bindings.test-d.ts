// The bindings have the faces that react.d.ts and vue.d.ts promise, and the faces refuse what they should. Checked by
// the compiler alone.
import * as reactImplementation from '../../pkg-template/src/react.js';
import * as vueImplementation from '../../pkg-template/src/vue.js';
import type * as reactContract from '../../pkg-template/react.js';
import type * as vueContract from '../../pkg-template/vue.js';
import type { TokenSource, TokenSourceOptions } from 'momento-token-wasm';
import * as react from 'momento-token-wasm/react';
import * as vue from 'momento-token-wasm/vue';
import { reactive, ref, shallowRef } from 'vue';

export const reactKeepsItsWord: typeof reactContract = reactImplementation;
export const vueKeepsItsWord: typeof vueContract = vueImplementation;

declare const source: TokenSource;
declare const options: TokenSourceOptions;

// What reads well, compiles.
react.useToken(options);
const { refresh } = react.useToken(source);
export const onClick: (event: { type: string }) => void = refresh;
export const nothing: void = refresh();
export const endpoint: string | undefined = react.useSuspenseToken(source).endpoint;
vue.useToken({ vend: '/token' });
vue.useToken(() => ({ vend: '/token' }));
vue.useToken(() => source);
vue.useToken(ref<TokenSourceOptions>({ vend: '/token' }));
vue.useToken(shallowRef(source));
vue.useToken(reactive({ vend: '/token', tokenId: 'user-7' }));
export const onVueClick: (event: { type: string }) => void = vue.useToken(source).refresh;

// What is wrong, does not.
// @ts-expect-error a source that lives outside the component, not options
react.useSuspenseToken(options);
// @ts-expect-error nor options as they are written
react.useSuspenseToken({ vend: '/token' });
// @ts-expect-error nor nothing
react.useSuspenseToken(undefined);
// @ts-expect-error it waits for nothing
await refresh().catch;
// @ts-expect-error a state is read-only
react.useToken(source).error = undefined;
