// Runs alike in Node and in a page: first every peer must say the same, then they are timed in turn.
import * as floor from './floor.mjs';
import * as ours from './ours.mjs';
import * as sdk from './sdk.mjs';
import { mint } from './tokens.mjs';

const ROUNDS = 21;
const BATCH_MS = 12;
const peers = { ours, floor, sdk };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
/** Texts compare the same whatever the order of fields was. */
const canonical = (value) =>
  JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort())
      : inner,
  );

function assertSame(tokens) {
  for (const token of tokens) {
    const said = [ours.plain(token), floor.full(token), sdk.full(token)].map(canonical);
    if (said.some((text) => text !== said[0])) throw new Error(`the peers differ:\n${said.join('\n')}`);
  }
}

/** Keeps what was read, so that no engine leaves the work out. */
let sink;

function time(run, tokens, calls) {
  const from = performance.now();
  for (let call = 0; call < calls; call++) sink = run(tokens[call % tokens.length]);
  return (performance.now() - from) / calls;
}

/** How many calls make a batch; also warms the peer up. */
function calibrate(run, tokens) {
  let calls = tokens.length;
  for (;;) {
    const spent = time(run, tokens, calls) * calls;
    if (spent >= BATCH_MS) return calls;
    calls = Math.ceil(calls * Math.min(8, Math.max(1.2, (1.1 * BATCH_MS) / Math.max(spent, 0.1))));
  }
}

function compare(task, tokens) {
  const names = Object.keys(peers);
  const calls = Object.fromEntries(names.map((name) => [name, calibrate(peers[name][task], tokens)]));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const took = {};
    // Each goes first equally often.
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      took[name] = time(peers[name][task], tokens, calls[name]);
    }
    rounds.push(took);
  }
  return {
    microseconds: Object.fromEntries(names.map((name) => [name, 1000 * median(rounds.map((took) => took[name]))])),
    ofFloor: median(rounds.map((took) => took.ours / took.floor)),
    sdkOfOurs: median(rounds.map((took) => took.sdk / took.ours)),
  };
}

export function measure() {
  const rows = [];
  for (const permissions of [1, 5, 10]) {
    const tokens = Array.from({ length: 32 }, (_, seed) => mint(permissions, seed));
    assertSame(tokens);
    for (const task of ['full', 'credential']) rows.push({ task, permissions, ...compare(task, tokens) });
  }
  return { rows, kept: sink !== undefined };
}

globalThis.measure = measure;
