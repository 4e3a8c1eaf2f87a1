// What runs in the page: the package, Momento's SDK, and what the test asks of them.
import * as sdk from '@gomomento/sdk-web';
import { TokenSource } from '../../../pkg/index.js';
import { RotatingTopicClient } from '../../../pkg/momento.js';
import { diary } from './diary.mjs';

const configuration = sdk.TopicConfigurations.Browser.latest(new sdk.NoopMomentoLoggerFactory());
const makeClient = (credentialProvider) => new sdk.TopicClient({ credentialProvider, configuration });
let source, topics;
const handlers = diary();

Object.assign(globalThis, {
  heard: handlers.heard,
  async begin(options, more) {
    source = new TokenSource(options);
    topics = new RotatingTopicClient(source, { makeClient, ...more });
    await topics.subscribe('chat', 'room', handlers).ready();
  },
  async rotate() {
    await source.getToken({ forceRefresh: true });
  },
  async publish(value) {
    return (await topics.publish('chat', 'room', value)) instanceof sdk.TopicPublish.Success;
  },
  end() {
    topics.close();
    source.close();
  },
});
