// Credentials in a text, wherever they stand in it and however they are written.
import { type Chain, chains } from './chain.js';
import { type Judgement, judgeEnvelope, judgeJwt, objectIn } from './judge.js';
import { assemble } from './names.js';

export interface Hit {
  /** The byte it begins at. */
  at: number;
  judgement: Judgement;
  /** Its signature is too short, and text ends there: the rest may stand elsewhere. */
  cut: boolean;
}

/** What base64 of `{"` begins with, whatever white space is between; base64 of that again; and `api_key` in base64, wherever it stands. */
const ANCHOR = /ey[JIA]|ew[ok0]|ZX[ldc]|YXBpX2tleS|FwaV9rZX|hcGlfa2V5/g;
const ANY_ANCHOR = new RegExp(ANCHOR.source);
/** The start of a JWT's header or of an envelope: where no credential follows, the rest may stand elsewhere. */
const START = /^(?:eyJ(?:hbGci|0eXAi|raWQi|lbmRw|hcGlf)|eyAi|ew[ok0])/;
// Longer parts than these have not been seen.
const JWT = /([\w+/-]{8,8192}={0,2})\.([\w+/-]{4,16384}={0,2})\.([\w+/-]{1,1024})/y;
const BASE64 = /[\w+/-]{40,32768}/y;
/** How long the shortest of signatures is. */
const SIGNATURE = 43;
const EMBEDDED = ';base64,';
/** A source map or page within a data: URL is no shorter. */
const EMBEDDED_LEAST = 200;
const DEEPEST = 3;
/** So many places where a credential begins and goes on elsewhere are looked into, and as much is decoded for each byte that is read: text that was
 *  made to be slow is no reason to be. */
const MOST_STARTS = 50;
const EFFORT = 100;

/** What may still be decoded, in characters; one for a text and all that is found in it. */
interface Budget {
  left: number;
}

export function find(bytes: Buffer, now: number, depth = 0, budget: Budget = { left: 1e6 + bytes.length * EFFORT }): Hit[] {
  const hits: Hit[] = [];
  const starts: number[] = [];
  chains(bytes, (chain) => {
    const at = chain.at(0);
    if (chain.size >= EMBEDDED_LEAST && depth < DEEPEST && bytes.toString('latin1', at - EMBEDDED.length, at) === EMBEDDED) {
      const inner = Buffer.from(chain.piece(0), 'base64');
      if (isText(inner)) for (const hit of find(inner, now, depth + 1, budget)) hits.push({ ...hit, at });
      return;
    }
    search(chain, now, depth, budget, (index, { judgement, cut = false }) => hits.push({ at: chain.at(index), judgement, cut }), (index) => starts.push(chain.at(index)));
  });
  const text = starts.length > 0 ? bytes.toString('latin1') : '';
  for (const at of starts.slice(0, MOST_STARTS)) {
    const whole = assemble(text, at).flatMap((assembled) => find(Buffer.from(assembled, 'latin1'), now, DEEPEST, budget));
    // What was read with its signature cut off is the start of one of these.
    const better = whole.filter(({ cut }) => !cut);
    const worse = hits.findIndex((hit) => hit.at === at);
    if (worse >= 0 && better.length > 0) hits.splice(worse, 1);
    for (const { judgement, cut } of worse >= 0 || better.length > 0 ? better : whole) hits.push({ at, judgement, cut });
  }
  return once(hits);
}

/** Reads the text of a chain: `hit` is told of credentials, `start` of what begins as one does and goes on elsewhere. */
function search(chain: Chain, now: number, depth: number, budget: Budget, hit: (index: number, found: Found) => void, start: (index: number) => void): void {
  const { text } = chain;
  if (!ANY_ANCHOR.test(text)) return;
  let done = 0;
  // By matchAll, which keeps its own place: what is decoded on the way is searched too.
  for (const match of text.matchAll(ANCHOR)) {
    const { index } = match;
    if (index < done) continue;
    if (budget.left < 0) return;
    if (match[0].length > 3) {
      // The field's name, in an envelope that does not begin with its brace.
      for (const begin of beginnings(chain, index)) {
        const found = base64At(text, begin, now, depth, budget);
        if (!found) continue;
        done = found.end;
        hit(begin, found);
        break;
      }
      continue;
    }
    if (!isReadable(text, index)) continue;
    const jwt = jwtAt(chain, index, now) ?? listedJwtAt(chain, index, now);
    const found = typeof jwt === 'object' ? jwt : base64At(text, index, now, depth, budget);
    if (found) {
      done = found.end;
      hit(index, found);
      if (found.cut && depth < DEEPEST) start(index);
    } else if (jwt !== 'foreign' && depth < DEEPEST && START.test(text.slice(index, index + 8)) && !/[\w+/-]/.test(text.charAt(index - 1))) start(index);
  }
}

interface Found {
  end: number;
  judgement: Judgement;
  cut?: boolean;
}

function jwtAt(chain: Chain, index: number, now: number): Found | 'foreign' | undefined {
  const { text } = chain;
  JWT.lastIndex = index;
  const match = JWT.exec(text);
  if (!match) return undefined;
  const [all, header = '', payload = '', rest = ''] = match;
  // The URL-safe alphabet is what JWTs use; then a slash is no part of it.
  const signature = /[+/]/.test(header + payload) ? rest : (/^[\w-]+/.exec(rest)?.[0] ?? '');
  const judgement = judgeJwt(header, payload, signature, now);
  if (!judgement) return 'foreign';
  // Another credential may follow with nothing but a comma between, or nothing.
  const from = index + all.length - rest.length;
  let end = from + Math.min(signature.length, SIGNATURE);
  for (let piece = chain.pieceAt(from) + 1; piece < chain.count && chain.from(piece) < end; piece++) if (chain.listed(piece)) end = chain.from(piece);
  return { end, judgement, cut: signature.length < SIGNATURE && from + signature.length === text.length };
}

/** Three parts in an array, to be joined by dots. */
function listedJwtAt(chain: Chain, index: number, now: number): Found | undefined {
  const first = chain.pieceAt(index);
  if (chain.from(first) !== index || !chain.listed(first + 1) || !chain.listed(first + 2)) return undefined;
  const [header, payload, rest] = [chain.piece(first), chain.piece(first + 1), chain.piece(first + 2)];
  const judgement = judgeJwt(header, payload, rest, now);
  return judgement && { end: chain.from(first + 2) + rest.length, judgement };
}

function base64At(text: string, index: number, now: number, depth: number, budget: Budget): Found | undefined {
  BASE64.lastIndex = index;
  const run = BASE64.exec(text)?.[0];
  if (!run) return undefined;
  budget.left -= run.length;
  const decoded = Buffer.from(run, 'base64');
  if (decoded.includes('api_key')) {
    const content = decoded.toString('latin1');
    const begin = Math.max(0, content.indexOf('{'));
    const object = objectIn(content.slice(begin));
    const judgement = judgeEnvelope(object, now);
    // Another may follow.
    return judgement && { end: index + Math.ceil(((begin + object.length) * 4) / 3), judgement };
  }
  if (!run.startsWith('ZX') || depth >= DEEPEST) return undefined;
  const [hit] = find(decoded, now, depth + 1, budget);
  return hit && { end: index + run.length, judgement: hit.judgement };
}

/** Are its first bytes, out of base64, what JSON begins with (or base64, where it is encoded twice)? */
function isReadable(text: string, index: number): boolean {
  for (const byte of Buffer.from(text.slice(index, index + 8), 'base64')) {
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  }
  return true;
}

/** Where the base64 that holds `index` may begin: with its piece or one of those before, or its run. */
function beginnings(chain: Chain, index: number): number[] {
  const { text } = chain;
  let run = index;
  while (run > 0 && index - run < 1_000 && /[\w+/-]/.test(text.charAt(run - 1))) run--;
  const last = chain.pieceAt(index);
  const starts = [run];
  for (let piece = Math.max(0, last - 20); piece <= last; piece++) if (chain.from(piece) > run) starts.unshift(chain.from(piece));
  return starts;
}

/** A text, by its first bytes: an image or a font has others. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 1_024).some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b));
}

/** Each credential once for each place. */
function once(hits: Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits
    .filter(({ at, judgement }) => {
      const key = `${at} ${judgement.fingerprint}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.at - b.at);
}
