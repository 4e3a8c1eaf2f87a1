// A program that subscribes, publishes, hears itself, closes, and has nothing more to do.
import { TokenSource } from '../../../pkg/index.js';
import { RotatingTopicClient } from '../../../pkg/momento.js';
import { makeClient } from './client.mjs';

const { host, href } = new URL(process.argv[2]);
const endpointOverrides = { cacheEndpoint: host, controlEndpoint: host, tokenEndpoint: host, secureConnection: false };
const source = new TokenSource({ vend: `${href}token`, decode: { endpointOverrides } });
const topics = new RotatingTopicClient(source, { makeClient });
const heard = [];
let last;
const received = new Promise((resolve) => (last = resolve));
const subscription = topics.subscribe('chat', 'room', { onItem: (item) => (heard.push(item.value()), last()) });
await subscription.ready();
await topics.publish('chat', 'room', 'hello');
await received;
topics.close();
source.close();
console.log(JSON.stringify({ heard, closing: Date.now() }));
