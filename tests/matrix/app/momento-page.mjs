// Each token says its name on a topic, by Momento's own SDK; the page shows what it hears there.
import './watch.js';
import { NoopMomentoLoggerFactory, TopicClient, TopicConfigurations } from '@gomomento/sdk-web';
import { TokenSource } from 'momento-token-wasm';
import { RotatingTopicClient } from 'momento-token-wasm/momento';

const { host } = location;
const endpointOverrides = { cacheEndpoint: host, controlEndpoint: host, tokenEndpoint: host, secureConnection: false };
const configuration = TopicConfigurations.Browser.latest(new NoopMomentoLoggerFactory());
const source = new TokenSource({ vend: '/token', refreshWindow: [0.03, 0.06], decode: { endpointOverrides } });
const topics = new RotatingTopicClient(source, {
  makeClient: (credentialProvider) => new TopicClient({ credentialProvider, configuration }),
});
const show = (text) => (document.querySelector('#app').textContent = text);
const subscription = topics.subscribe('chat', 'room', {
  onItem: (item) => show(item.valueString()),
  onError: (error) => show(error.toString()),
});
await subscription.ready();
for await (const { tokenId } of source) await topics.publish('chat', 'room', tokenId);
