// Credentials in a text, wherever they stand in it and however they are written.
import { type Decoded, Runs } from './base64.js';
import { type Chain, chains } from './chain.js';
import type { Effort } from './effort.js';
import { type Judgement, judgeEnvelope, judgeJwt, objectIn } from './judge.js';
import { REACH, assemble } from './names.js';

export interface Hit {
  /** The byte it begins at. */
  at: number;
  judgement: Judgement;
  /** Its signature is too short, and text ends there: the rest may stand elsewhere. */
  cut: boolean;
}

/**
 * What base64 of `{"` begins with, whatever white space is between; base64 of that, at each of the three places in a
 * group where it may begin; and `api_key` in base64, wherever it stands.
 */
const ANCHOR =
  /ey[JIA]|ew[ok0]|ZX[ldc]|[GWm2]V5[SQ]|[GWm2]V3[baM]|[BFJNRVZdhlptx159]l(?:eU|d[2z])|YXBpX2tleS|FwaV9rZX|hcGlfa2V5/g;
const ANY_ANCHOR = new RegExp(ANCHOR.source);
/** The start of a JWT's header or of an envelope: where no credential follows, the rest may stand elsewhere. */
const START = /^(?:eyJ(?:hbGci|0eXAi|raWQi|lbmRw|hcGlf)|eyAi|ew[ok0])/;
// Longer parts than these have not been seen.
const JWT = /([\w+/-]{8,8192}={0,2})\.([\w+/-]{4,16384}={0,2})\.([\w+/-]{1,1024})/y;
/** What is read behind the first part of a text that is no JWT after all. */
const PAYLOAD = /={0,2}\.[\w+/-]{0,16384}/y;
const HEADER = 8_192;
/** How long the shortest of signatures is. */
const SIGNATURE = 43;
const LETTER = /[\w+/-]/;
const EMBEDDED = ';base64,';
/** A source map or page within a data: URL is no shorter. */
const EMBEDDED_LEAST = 200;
/** No envelope is longer, in bytes. */
const ENVELOPE = 24_576;
/** So many braces before `api_key` may be those of objects that end before it. */
const MOST_BRACES = 8;
const DEEPEST = 3;
/**
 * So many places where a credential begins and goes on elsewhere are looked into at no cost; others, at a part of the
 * text around them, which is read for each: text that was made to be slow is no reason to be.
 */
const FREE_STARTS = 50;
const START_COST = 0.25;

/** Credentials in order. Where `effort` is exhausted afterwards, there may be more. */
export function find(bytes: Buffer, now: number, effort: Effort, depth = 0): Hit[] {
  const hits: Hit[] = [];
  const starts: number[] = [];
  chains(bytes, (chain) => {
    const at = chain.at(0);
    const known = new Set<string>();
    let from = 0;
    if (
      chain.size >= EMBEDDED_LEAST &&
      depth < DEEPEST &&
      bytes.toString('latin1', at - EMBEDDED.length, at) === EMBEDDED
    ) {
      const inner = Buffer.from(
        chain.text.slice(
          0,
          chain.until((piece) => chain.listed(piece)),
        ),
        'base64',
      );
      if (isText(inner)) {
        for (const hit of find(inner, now, effort, depth + 1)) {
          known.add(hit.judgement.fingerprint);
          hits.push({ ...hit, at });
        }
      }
      // Strings may follow it, in an array or a sum.
      from = chain.until((piece) => chain.joined(piece));
      if (from === chain.size) return;
    }
    const hit = (index: number, { judgement, cut = false }: Found): void => {
      if (!known.has(judgement.fingerprint)) hits.push({ at: chain.at(index), judgement, cut });
    };
    search(chain, from, now, depth, effort, hit, (index) => starts.push(chain.at(index)));
  });
  const text = starts.length > 0 ? bytes.toString('latin1') : '';
  for (const [index, at] of starts.entries()) {
    if (index >= FREE_STARTS) effort.spend(START_COST * Math.min(bytes.length, REACH));
    if (effort.exhausted) break;
    effort.spend(hits.length);
    // What stands whole in a piece was found there.
    const found = new Set(
      hits
        .filter((hit) => hit.at !== at && Math.abs(hit.at - at) < REACH)
        .map(({ judgement }) => judgement.fingerprint),
    );
    const whole = assemble(text, at)
      .flatMap((assembled) => find(Buffer.from(assembled, 'latin1'), now, effort, DEEPEST))
      .filter(({ judgement }) => !found.has(judgement.fingerprint));
    // What was read with its signature cut off is the start of one of these.
    const better = whole.filter(({ cut }) => !cut);
    const worse = hits.findIndex((hit) => hit.at === at);
    if (worse >= 0 && better.length > 0) hits.splice(worse, 1);
    for (const { judgement, cut } of worse >= 0 || better.length > 0 ? better : whole)
      hits.push({ at, judgement, cut });
  }
  return once(hits);
}

/**
 * Reads the text of a chain: `hit` is told of credentials, `start` of what begins as one does and goes on elsewhere.
 */
function search(
  chain: Chain,
  from: number,
  now: number,
  depth: number,
  effort: Effort,
  hit: (index: number, found: Found) => void,
  start: (index: number) => void,
): void {
  const { text } = chain;
  if (!ANY_ANCHOR.test(text)) return;
  const runs = new Runs(text, from, effort);
  let done = from;
  const envelope = (found: Found | undefined): boolean => {
    if (!found) return false;
    done = found.end;
    const { fingerprint } = found.judgement;
    if (!runs.nested.has(fingerprint)) hit(found.at, found);
    runs.direct.add(fingerprint);
    return true;
  };
  const within = (group: number): void => {
    const decoded = depth < DEEPEST ? runs.at(group) : undefined;
    if (!decoded || decoded.searched) return;
    decoded.searched = true;
    const offset = decoded.offset(done);
    effort.spend(decoded.bytes.length - offset);
    for (const { at, judgement, cut } of find(decoded.bytes.subarray(offset), now, effort, depth + 1)) {
      if (runs.direct.has(judgement.fingerprint)) continue;
      runs.nested.add(judgement.fingerprint);
      const index = decoded.index(offset + at);
      hit(index, { at: index, end: index, judgement, cut });
    }
  };
  // By matchAll, which keeps its own place: what is decoded on the way is searched too.
  for (const { 0: anchor, index } of text.matchAll(ANCHOR)) {
    if (index < done) continue;
    if (effort.exhausted) return;
    runs.to(index);
    const place = placeOf(anchor);
    if (anchor.length > 4) {
      // The field's name, in an envelope that does not begin with its brace, or in an object around it.
      if (!envelope(envelopeAround(runs, index - place, now, effort))) within(index - place);
    } else if (anchor.charAt(0) !== 'e') {
      if (isReadable(text, index + ((4 - place) & 3))) within(index - place);
    } else if (isReadable(text, index)) {
      const jwt = jwtAt(chain, index, runs.end, now, effort) ?? listedJwtAt(chain, index, now, effort);
      if (typeof jwt === 'object') {
        done = jwt.end;
        hit(index, jwt);
        if (jwt.cut && depth < DEEPEST) start(index);
      } else if (
        !envelope(envelopeAt(runs, index, now, effort)) &&
        jwt !== 'foreign' &&
        depth < DEEPEST &&
        START.test(text.slice(index, index + 8))
      ) {
        const begins =
          index === from || !LETTER.test(text.charAt(index - 1)) || chain.from(chain.pieceAt(index)) === index;
        if (begins && !isOther(runs, index, effort)) start(index);
      }
    }
  }
}

/** Which character of its group of four an anchor begins with. */
function placeOf(anchor: string): number {
  const first = anchor.charAt(0);
  if (anchor.length > 4) return first === 'F' ? 2 : first === 'h' ? 3 : 0;
  return anchor.charAt(1) === 'V' ? 1 : anchor.charAt(1) === 'l' ? 2 : 0;
}

interface Found {
  at: number;
  end: number;
  judgement: Judgement;
  cut?: boolean;
}

function jwtAt(chain: Chain, index: number, run: number, now: number, effort: Effort): Found | 'foreign' | undefined {
  const { text } = chain;
  // Its header is a run of its own, which ends here.
  if (run - index > HEADER || !/[.=]/.test(text.charAt(run))) return undefined;
  JWT.lastIndex = index;
  const match = JWT.exec(text);
  effort.spend(run - index);
  if (!match) {
    // Its payload may have been read in vain.
    PAYLOAD.lastIndex = run;
    effort.spend(PAYLOAD.exec(text)?.[0].length ?? 0);
    return undefined;
  }
  effort.spend(match[0].length);
  const [all, header = '', payload = '', rest = ''] = match;
  // The URL-safe alphabet is what JWTs use; then a slash is no part of it.
  const signature = /[+/]/.test(header + payload) ? rest : (/^[\w-]+/.exec(rest)?.[0] ?? '');
  const judgement = judgeJwt(header, payload, signature, now);
  if (!judgement) return 'foreign';
  // Another credential may follow with nothing but a comma between, or nothing.
  const from = index + all.length - rest.length;
  let end = from + Math.min(signature.length, SIGNATURE);
  for (let piece = chain.pieceAt(from) + 1; piece < chain.count && chain.from(piece) < end; piece++)
    if (chain.listed(piece)) end = chain.from(piece);
  return { at: index, end, judgement, cut: signature.length < SIGNATURE && from + signature.length === text.length };
}

/** Three parts in an array, to be joined by dots. */
function listedJwtAt(chain: Chain, index: number, now: number, effort: Effort): Found | undefined {
  const first = chain.pieceAt(index);
  if (chain.from(first) !== index || !chain.listed(first + 1) || !chain.listed(first + 2)) return undefined;
  const [header, payload, rest] = [chain.piece(first), chain.piece(first + 1), chain.piece(first + 2)];
  effort.spend(header.length + payload.length + rest.length);
  const judgement = judgeJwt(header, payload, rest, now);
  return judgement && { at: index, end: chain.from(first + 2) + rest.length, judgement };
}

/** An envelope whose brace is the first thing in the group at `index`. */
function envelopeAt(runs: Runs, index: number, now: number, effort: Effort): Found | undefined {
  const decoded = runs.at(index);
  if (!decoded) return undefined;
  const from = decoded.offset(index);
  const name = decoded.nameFrom(from);
  return name < 0 || name - from > ENVELOPE
    ? undefined
    : objectAt(decoded, decoded.content.indexOf('{', from), name, now, effort);
}

/** An envelope with its field `api_key` in the group at `index`. */
function envelopeAround(runs: Runs, index: number, now: number, effort: Effort): Found | undefined {
  const decoded = runs.at(index);
  if (!decoded) return undefined;
  const name = decoded.nameFrom(decoded.offset(index));
  let brace = name;
  for (let count = 0; count < MOST_BRACES && brace > 0 && name - brace < ENVELOPE; count++) {
    brace = decoded.braceBefore(brace);
    if (brace < 0) break;
    const found = objectAt(decoded, brace, name, now, effort);
    if (found) return found;
  }
  return undefined;
}

/** Is it a whole object, and no header of a JWT? Nothing of it stands elsewhere. */
function isOther(runs: Runs, index: number, effort: Effort): boolean {
  const decoded = runs.at(index);
  if (!decoded) return false;
  const from = decoded.offset(index);
  const object = objectIn(decoded.content.slice(from, from + ENVELOPE));
  effort.spend(object.length);
  return object.endsWith('}') && !object.includes('"alg"');
}

function objectAt(decoded: Decoded, brace: number, name: number, now: number, effort: Effort): Found | undefined {
  const object = objectIn(decoded.content.slice(brace, brace + ENVELOPE));
  effort.spend(object.length);
  const judgement = brace + object.length > name ? judgeEnvelope(object, now) : undefined;
  // Another may follow.
  return (
    judgement && {
      at: decoded.index(brace),
      end: decoded.index(0) + Math.ceil(((brace + object.length) * 4) / 3),
      judgement,
    }
  );
}

/** Are its first bytes, out of base64, what JSON begins with (or base64, where it is encoded twice)? */
function isReadable(text: string, index: number): boolean {
  for (const byte of Buffer.from(text.slice(index, index + 8), 'base64')) {
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  }
  return true;
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
