// Runs in a thread of its own: takes built-ins away, and then uses the package as apps do. What came of it is posted.
import { parentPort, workerData } from 'node:worker_threads';

const { paths, credential } = workerData;
const post = parentPort.postMessage.bind(parentPort);

// Node.js loads what is behind it at its first use, and needs some of these for that.
new Headers();
for (const path of paths) remove(path.split('.'));

/** Takes a built-in away, even where the engine does not let go of it (as Node.js of `Symbol.dispose`). */
function remove(names) {
  const [name] = names.slice(-1);
  const start = names[0] === 'TypedArray' ? { TypedArray: Object.getPrototypeOf(Uint8Array) } : globalThis;
  const holder = names.slice(0, -1).reduce((at, part) => at?.[part], start);
  if (!holder || Reflect.deleteProperty(holder, name)) return;
  const { [name]: _, ...others } = Object.getOwnPropertyDescriptors(holder);
  globalThis[names[0]] = Object.defineProperties((...given) => holder(...given), others);
}

/** What a fetch of any age gives: what is used of a Response, and no more. */
globalThis.fetch = async (url, { headers, body }) => {
  const { scope } = JSON.parse(body);
  const answer = JSON.stringify({ authToken: credential });
  return {
    status: url.endsWith('/token') && headers.get('x-from') === 'test' && scope ? 200 : 404,
    headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
    text: async () => answer,
  };
};

try {
  post({ outcome: await use() });
} catch (error) {
  post({ error: `${error?.stack ?? error} cause: ${error?.cause?.stack}` });
}

async function use() {
  const core = await import('../../../pkg/index.js');
  const momento = await import('../../../pkg/momento.js');
  const decode = await import('../../../pkg/decode.js');
  const outcome = { read: [core, decode].map(read), scopes: [core, decode].map(scopes) };

  const scope = core.TokenScopes.cacheReadOnly('chat');
  const heard = [];
  const source = new core.TokenSource({
    vend: { url: 'https://vend.example/token', headers: { 'x-from': 'test' }, body: { more: 1 } },
    scope,
    shareAcrossTabs: 'someone',
    start: 'on-demand',
  });
  for (const type of ['token', 'status', 'warning', 'error'])
    source.addEventListener(type, ({ detail }) => heard.push([type, detail.code ?? `${detail}`]));
  const { signal } = new AbortController();
  const token = await source.getToken({ signal });
  const loop = [];
  for await (const { tokenId } of source) {
    loop.push(tokenId);
    break;
  }
  outcome.vended = [token.tokenId, (await source.getToken()) === token, loop, heard];

  // A call that is given up before it is made, and one while it waits.
  const early = new AbortController();
  early.abort();
  outcome.early = await refusal(source.getToken({ signal: early.signal }));
  const late = new AbortController();
  const waiting = refusal(source.getToken({ forceRefresh: true, signal: late.signal }));
  late.abort();
  outcome.late = await waiting;
  source.close();

  // A function that gives a Response, with a body that streams.
  const byFunction = new core.TokenSource({ vend: async () => streaming(credential), start: 'on-demand' });
  outcome.byFunction = (await byFunction.getToken()).tokenId;
  byFunction[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  outcome.disposed = [byFunction.status, 'undefined' in byFunction];

  const provider = momento.credentialProvider(token);
  outcome.momento = [
    provider.getCacheEndpoint(),
    momento.toSdkScope(scope, { AllCaches: Symbol(), AllTopics: Symbol(), AllFunctions: Symbol() }),
  ];
  const topics = new momento.RotatingTopicClient(source, { makeClient: () => ({}) });
  topics.close();
  outcome.momento.push('undefined' in topics);
  return outcome;
}

/** A Response with what is used of it, in two pieces. */
function streaming(text) {
  const pieces = [text.slice(0, 9), text.slice(9)].map((piece) =>
    Uint8Array.from(piece, (character) => character.charCodeAt(0)),
  );
  const read = async () => (pieces.length ? { done: false, value: pieces.shift() } : { done: true });
  const body = { getReader: () => ({ read, cancel: async () => {} }), cancel: async () => {} };
  return { status: 200, headers: { get: () => null }, body, bodyUsed: false, text: async () => text };
}

function read({ CredentialProvider, ExpiresIn, decodeToken, keyVersion }) {
  const token = decodeToken(` ${credential}\u00a0`);
  const { subject, scope, endpoint, warnings } = token;
  return {
    said: [subject, scope, endpoint, warnings, keyVersion(credential), `${token}`],
    again: CredentialProvider.fromString(token.reveal('envelope')).endpoint,
    left: [token.remainingMs(new Date(token.expiresAt - 1_000)), token.isExpired(token.expiresAt)],
    until: ExpiresIn.epoch(new Date(Date.now() + 60_000)).seconds,
    refused: refused(() => decodeToken('\ud800')),
  };
}

function scopes({
  DisposableTokenScopes,
  TokenScopes,
  allows,
  covers,
  decodePermissions,
  describeScope,
  encodePermissions,
  mergeScopes,
  parseScope,
}) {
  const bytes = Uint8Array.of(0xff, 1);
  const scope = mergeScopes(
    parseScope({ permissions: [{ role: 'readonly', cache: 'caf\u00e9', item: { keyPrefix: bytes } }] }),
    DisposableTokenScopes.cacheKeyReadWrite('chat', Uint8Array.of(0xc3, 0xa9)),
    TokenScopes.topicSubscribeOnly('chat', 'room'),
  );
  return {
    scope,
    same: covers(decodePermissions(encodePermissions(scope)), scope),
    allows: ['\u00e9', 'e'].map((key) => allows(scope, { type: 'cache', access: 'write', cache: 'chat', key })),
    says: describeScope(scope),
    refused: [{ items: 'k' }, { item: undefined }, { item: [] }].map((more) =>
      refused(() => parseScope({ permissions: [{ role: 'readonly', cache: 'a', ...more }] })),
    ),
  };
}

function described({ name, code, message }) {
  return typeof code === 'string' ? [name, code, message] : [name];
}

function refused(run) {
  try {
    return run();
  } catch (error) {
    return described(error);
  }
}

function refusal(promise) {
  return promise.then(() => 'not refused', described);
}
