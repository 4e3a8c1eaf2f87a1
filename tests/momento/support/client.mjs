// The real SDK in Node.js, with a TokenSource and a RotatingTopicClient that lead to the test's service.
import './xhr.mjs';
import { createRequire } from 'node:module';
import { TokenSource } from '../../../pkg/index.js';
import { RotatingTopicClient } from '../../../pkg/momento.js';

export const sdk = createRequire(import.meta.url)('@gomomento/sdk-web');

const quiet = new sdk.DefaultMomentoLoggerFactory(sdk.DefaultMomentoLoggerLevel.ERROR);
const configuration = sdk.TopicConfigurations.Default.latest(quiet);
export const makeClient = (credentialProvider) => new sdk.TopicClient({ credentialProvider, configuration });

export function open(context, service, options) {
  const source = new TokenSource({ ...service.sourceFor('node'), start: 'on-demand' });
  const topics = new RotatingTopicClient(source, { makeClient, backoffMs: [20, 200], ...options });
  context.after(() => {
    topics.close();
    source.close();
  });
  return { source, topics };
}
