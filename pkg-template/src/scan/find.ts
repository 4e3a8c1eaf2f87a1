// Finds credentials in a text, however they are written.
import { type Decoded, Runs } from './base64.js';
import { type Chain, chains } from './chain.js';
import type { Effort } from './effort.js';
import { type Classification, classifyEnvelope, classifyJwt, objectIn } from './classify.js';
import { REACH, assemble } from './assemble.js';

export interface Hit {
  /** The offset of its first byte. */
  at: number;
  credential: Classification;
  /** Its signature is too short and ends with the text, so that the rest may be elsewhere. */
  cut: boolean;
}

/**
 * The beginning of base64 of `{"`, with any white space between; base64 of that, with each of the three alignments; and
 * `api_key` in base64, with each alignment.
 */
const ANCHOR =
  /ey[JIA]|ew[ok0]|ZX[ldc]|[GWm2]V5[SQ]|[GWm2]V3[baM]|[BFJNRVZdhlptx159]l(?:eU|d[2z])|YXBpX2tleS|FwaV9rZX|hcGlfa2V5/g;
const ANY_ANCHOR = new RegExp(ANCHOR.source);
/** The beginning of a JWT's header or of an envelope. If no credential follows, its rest may be elsewhere. */
const START = /^(?:eyJ(?:hbGci|0eXAi|raWQi|lbmRw|hcGlf)|eyAi|ew[ok0])/;
// The parts of known credentials are shorter than these limits.
const JWT = /([\w+/-]{8,8192}={0,2})\.([\w+/-]{4,16384}={0,2})\.([\w+/-]{1,1024})/y;
/** What JWT reads after the header before it fails. */
const PAYLOAD = /={0,2}\.[\w+/-]{0,16384}/y;
const MAX_HEADER = 8_192;
/** The length of the shortest signature, that of HS256. */
const MIN_SIGNATURE = 43;
const LETTER = /[\w+/-]/;
const EMBEDDED = ';base64,';
/** The minimum length of base64 in a `data:` URL that is searched as a text, such as a source map or a page. */
const MIN_EMBEDDED = 200;
/** The maximum length of an envelope, in bytes. */
const MAX_ENVELOPE = 24_576;
/** The maximum number of braces before `api_key` that are tried as the envelope's: nested objects have braces too. */
const MAX_BRACES = 8;
const MAX_DEPTH = 3;
/**
 * How many beginnings of a credential are assembled free of charge. Each further one costs START_COST of the text
 * around it, which limits the time for crafted text.
 */
const FREE_STARTS = 50;
const START_COST = 0.25;

/** Returns the credentials in order. If `effort` is exhausted afterwards, some may be missing. */
export function find(bytes: Buffer, now: number, effort: Effort, depth = 0): Hit[] {
  const hits: Hit[] = [];
  const starts: number[] = [];
  chains(bytes, (chain) => {
    const at = chain.at(0);
    const known = new Set<string>();
    let from = 0;
    if (
      chain.size >= MIN_EMBEDDED &&
      depth < MAX_DEPTH &&
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
          known.add(hit.credential.fingerprint);
          hits.push({ ...hit, at });
        }
      }
      // Other strings may follow, in an array or joined by `+`.
      from = chain.until((piece) => chain.joined(piece));
      if (from === chain.size) return;
    }
    const hit = (index: number, { credential, cut = false }: Match): void => {
      if (!known.has(credential.fingerprint)) hits.push({ at: chain.at(index), credential, cut });
    };
    search(chain, from, now, depth, effort, hit, (index) => starts.push(chain.at(index)));
  });
  const text = starts.length > 0 ? bytes.toString('latin1') : '';
  for (const [index, at] of starts.entries()) {
    if (index >= FREE_STARTS) effort.spend(START_COST * Math.min(bytes.length, REACH));
    if (effort.exhausted) break;
    effort.spend(hits.length);
    // A credential that is complete in one piece was found there already.
    const found = new Set(
      hits
        .filter((hit) => hit.at !== at && Math.abs(hit.at - at) < REACH)
        .map(({ credential }) => credential.fingerprint),
    );
    const whole = assemble(text, at)
      .flatMap((assembled) => find(Buffer.from(assembled, 'latin1'), now, effort, MAX_DEPTH))
      .filter(({ credential }) => !found.has(credential.fingerprint));
    // A hit whose signature was cut off is the beginning of one of these.
    const better = whole.filter(({ cut }) => !cut);
    const worse = hits.findIndex((hit) => hit.at === at);
    if (worse >= 0 && better.length > 0) hits.splice(worse, 1);
    for (const { credential, cut } of worse >= 0 || better.length > 0 ? better : whole)
      hits.push({ at, credential, cut });
  }
  return deduplicated(hits);
}

/**
 * Searches the text of a chain. Calls `hit` for credentials, and `start` for the beginning of one whose rest may be
 * elsewhere.
 */
function search(
  chain: Chain,
  from: number,
  now: number,
  depth: number,
  effort: Effort,
  hit: (index: number, found: Match) => void,
  start: (index: number) => void,
): void {
  const { text } = chain;
  if (!ANY_ANCHOR.test(text)) return;
  const runs = new Runs(text, from, effort);
  let done = from;
  const envelope = (found: Match | undefined): boolean => {
    if (!found) return false;
    done = found.end;
    const { fingerprint } = found.credential;
    if (!runs.nested.has(fingerprint)) hit(found.at, found);
    runs.direct.add(fingerprint);
    return true;
  };
  const within = (group: number): void => {
    const decoded = depth < MAX_DEPTH ? runs.at(group) : undefined;
    if (!decoded || decoded.searched) return;
    decoded.searched = true;
    const offset = decoded.offset(done);
    effort.spend(decoded.bytes.length - offset);
    for (const { at, credential, cut } of find(decoded.bytes.subarray(offset), now, effort, depth + 1)) {
      if (runs.direct.has(credential.fingerprint)) continue;
      runs.nested.add(credential.fingerprint);
      const index = decoded.index(offset + at);
      hit(index, { at: index, end: index, credential, cut });
    }
  };
  // matchAll copies the regular expression and its lastIndex: `within` searches recursively.
  for (const { 0: anchor, index } of text.matchAll(ANCHOR)) {
    if (index < done) continue;
    if (effort.exhausted) return;
    runs.to(index);
    const place = alignmentOf(anchor);
    if (anchor.length > 4) {
      // The field's name, in an envelope that is not at the beginning of the base64, or in base64 around it.
      if (!envelope(envelopeAround(runs, index - place, now, effort))) within(index - place);
    } else if (anchor.charAt(0) !== 'e') {
      if (isReadable(text, index + ((4 - place) & 3))) within(index - place);
    } else if (isReadable(text, index)) {
      const jwt = jwtAt(chain, index, runs.end, now, effort) ?? listedJwtAt(chain, index, now, effort);
      if (typeof jwt === 'object') {
        done = jwt.end;
        hit(index, jwt);
        if (jwt.cut && depth < MAX_DEPTH) start(index);
      } else if (
        !envelope(envelopeAt(runs, index, now, effort)) &&
        jwt !== 'foreign' &&
        depth < MAX_DEPTH &&
        START.test(text.slice(index, index + 8))
      ) {
        const begins =
          index === from || !LETTER.test(text.charAt(index - 1)) || chain.from(chain.pieceAt(index)) === index;
        if (begins && !isOther(runs, index, effort)) start(index);
      }
    }
  }
}

/** The position of an anchor's first character within its group of four. */
function alignmentOf(anchor: string): number {
  const first = anchor.charAt(0);
  if (anchor.length > 4) return first === 'F' ? 2 : first === 'h' ? 3 : 0;
  return anchor.charAt(1) === 'V' ? 1 : anchor.charAt(1) === 'l' ? 2 : 0;
}

interface Match {
  at: number;
  end: number;
  credential: Classification;
  cut?: boolean;
}

function jwtAt(chain: Chain, index: number, run: number, now: number, effort: Effort): Match | 'foreign' | undefined {
  const { text } = chain;
  // The header is a run by itself, so a dot or padding must follow.
  if (run - index > MAX_HEADER || !/[.=]/.test(text.charAt(run))) return undefined;
  JWT.lastIndex = index;
  const match = JWT.exec(text);
  effort.spend(run - index);
  if (!match) {
    // Counts what the failed match has read.
    PAYLOAD.lastIndex = run;
    effort.spend(PAYLOAD.exec(text)?.[0].length ?? 0);
    return undefined;
  }
  effort.spend(match[0].length);
  const [all, header = '', payload = '', rest = ''] = match;
  // A JWT in the URL-safe alphabet ends before a `+` or `/`.
  const signature = /[+/]/.test(header + payload) ? rest : (/^[\w-]+/.exec(rest)?.[0] ?? '');
  const credential = classifyJwt(header, payload, signature, now);
  if (!credential) return 'foreign';
  // Another credential may follow, with nothing or only a comma between them.
  const from = index + all.length - rest.length;
  let end = from + Math.min(signature.length, MIN_SIGNATURE);
  for (let piece = chain.pieceAt(from) + 1; piece < chain.count && chain.from(piece) < end; piece++)
    if (chain.listed(piece)) end = chain.from(piece);
  return {
    at: index,
    end,
    credential,
    cut: signature.length < MIN_SIGNATURE && from + signature.length === text.length,
  };
}

/** A JWT whose three parts are elements of an array, to be joined by dots. */
function listedJwtAt(chain: Chain, index: number, now: number, effort: Effort): Match | undefined {
  const first = chain.pieceAt(index);
  if (chain.from(first) !== index || !chain.listed(first + 1) || !chain.listed(first + 2)) return undefined;
  const [header, payload, rest] = [chain.piece(first), chain.piece(first + 1), chain.piece(first + 2)];
  effort.spend(header.length + payload.length + rest.length);
  const credential = classifyJwt(header, payload, rest, now);
  return credential && { at: index, end: chain.from(first + 2) + rest.length, credential };
}

/** An envelope whose opening brace is in the group at `index`. */
function envelopeAt(runs: Runs, index: number, now: number, effort: Effort): Match | undefined {
  const decoded = runs.at(index);
  if (!decoded) return undefined;
  const from = decoded.offset(index);
  const name = decoded.nameFrom(from);
  return name < 0 || name - from > MAX_ENVELOPE
    ? undefined
    : objectAt(decoded, decoded.content.indexOf('{', from), name, now, effort);
}

/** An envelope whose field `api_key` begins in the group at `index`. */
function envelopeAround(runs: Runs, index: number, now: number, effort: Effort): Match | undefined {
  const decoded = runs.at(index);
  if (!decoded) return undefined;
  const name = decoded.nameFrom(decoded.offset(index));
  let brace = name;
  for (let count = 0; count < MAX_BRACES && brace > 0 && name - brace < MAX_ENVELOPE; count++) {
    brace = decoded.braceBefore(brace);
    if (brace < 0) break;
    const found = objectAt(decoded, brace, name, now, effort);
    if (found) return found;
  }
  return undefined;
}

/** Whether this is a complete object other than the header of a JWT, so that no part of it is elsewhere. */
function isOther(runs: Runs, index: number, effort: Effort): boolean {
  const decoded = runs.at(index);
  if (!decoded) return false;
  const from = decoded.offset(index);
  const object = objectIn(decoded.content.slice(from, from + MAX_ENVELOPE));
  effort.spend(object.length);
  return object.endsWith('}') && !object.includes('"alg"');
}

function objectAt(decoded: Decoded, brace: number, name: number, now: number, effort: Effort): Match | undefined {
  const object = objectIn(decoded.content.slice(brace, brace + MAX_ENVELOPE));
  effort.spend(object.length);
  const credential = brace + object.length > name ? classifyEnvelope(object, now) : undefined;
  // Ends where the object does: another may follow.
  return (
    credential && {
      at: decoded.index(brace),
      end: decoded.index(0) + Math.ceil(((brace + object.length) * 4) / 3),
      credential,
    }
  );
}

/** Whether the first bytes decode to text, as JSON and base64 do. */
function isReadable(text: string, index: number): boolean {
  for (const byte of Buffer.from(text.slice(index, index + 8), 'base64')) {
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  }
  return true;
}

/** Whether this is text, judged by its first bytes. Images and fonts are not. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 1_024).some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b));
}

/** Sorts hits and removes duplicates: a credential is reported once per position. */
function deduplicated(hits: Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits
    .filter(({ at, credential }) => {
      const key = `${at} ${credential.fingerprint}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.at - b.at);
}
