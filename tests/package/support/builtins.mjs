// What engines provide that the package may count on, and what of the rest its bundles name.
import { readFileSync } from 'node:fs';
import ts from 'typescript5';

const libraries = new URL('../../../node_modules/typescript5/lib/', import.meta.url);

/** The editions of ECMAScript that may be relied on: every engine that runs WebAssembly and private fields has them. */
const BASELINE = ['5', '2015', '2016', '2017', '2018', '2019'];

/** The members of the web's interfaces that may be relied on. Add one only if it is as old. */
const WEB = {
  AbortController: ['abort', 'signal'],
  AbortSignal: ['aborted'],
  CustomEvent: ['detail'],
  DOMException: [],
  Event: ['type'],
  EventTarget: ['addEventListener', 'dispatchEvent', 'removeEventListener'],
  Headers: ['append', 'entries', 'forEach', 'get', 'has', 'set', 'values'],
  MessageEvent: ['data'],
  Performance: ['now'],
  Response: ['body', 'bodyUsed', 'headers', 'ok', 'status', 'text', 'type', 'url'],
  URL: ['href', 'origin'],
  URLSearchParams: ['toString'],
};
const FUNCTIONS = [
  'WebAssembly',
  'btoa',
  'clearTimeout',
  'fetch',
  'globalThis',
  'performance',
  'queueMicrotask',
  'setTimeout',
  'undefined',
];
/** Interfaces that may be missing, with the members that are there wherever the interface is. */
const TOGETHER = {
  BroadcastChannel: ['close', 'onmessage', 'postMessage'],
  FinalizationRegistry: ['register'],
  ReadableStreamDefaultReader: ['cancel', 'read'],
  TextDecoder: ['decode', 'encoding'],
  TextEncoder: ['encoding'],
  WeakRef: ['deref'],
  WebAssembly: ['Instance', 'Module', 'compile', 'instantiate'],
};
/** Of Node.js alone, or nothing that the package is given: their members only share names with what it uses. */
const ELSEWHERE = [
  /^(Blob|Buffer|CryptoKey|FormData|MessagePort|(Performance|ReadableStreamBYOB|Writable)\w+)$/,
  /\w(Controller|QueuingStrategy|DecoderStream)$/,
];

/** `Array.prototype.map`, `Object.entries` and so on, as TypeScript's declarations of these years have them. */
function ofEcmaScript() {
  const names = new Set();
  for (const year of BASELINE) {
    const parts = year === '5' ? ['lib.es5.d.ts'] : partsOf(`lib.es${year}.d.ts`);
    for (const part of parts) {
      const { statements } = ts.createSourceFile(
        part,
        readFileSync(new URL(part, libraries), 'utf8'),
        ts.ScriptTarget.Latest,
      );
      for (const statement of statements) {
        if (ts.isVariableStatement(statement))
          for (const { name } of statement.declarationList.declarations) names.add(name.text);
        if (ts.isFunctionDeclaration(statement)) names.add(statement.name.text);
        // `declare namespace Reflect`
        if (ts.isModuleDeclaration(statement) && statement.body) {
          names.add(statement.name.text);
          for (const { name } of statement.body.statements) if (name) names.add(`${statement.name.text}.${name.text}`);
        }
        if (!ts.isInterfaceDeclaration(statement)) continue;
        const of = statement.name.text;
        const holder = of.endsWith('Constructor')
          ? of.replace(/Constructor$/, '')
          : ['Math', 'JSON', 'Reflect', 'Atomics'].includes(of)
            ? of
            : `${of}.prototype`;
        for (const { name } of statement.members)
          if (name) names.add(`${holder}.${name.text ?? name.expression?.name?.text}`);
      }
    }
  }
  return names;
}

function partsOf(library) {
  const text = readFileSync(new URL(library, libraries), 'utf8');
  return [...text.matchAll(/reference lib="(es20\d\d\.[\w.]+)"/g)].map(([, name]) => `lib.${name}.d.ts`);
}

/** Every built-in that these codes name and that is not of the baseline, as paths from the global object. */
export function newerThanBaseline(codes) {
  const named = new Set(codes.flatMap((code) => code.match(/[A-Za-z_$][\w$]*/g)));
  const old = ofEcmaScript();
  const isOld = (path) => {
    const [of, ...rest] = path.split('.');
    const member = rest.at(-1);
    // What functions and objects have, whatever inherits it; typed arrays have theirs in common.
    if (['constructor', 'name', 'length', 'prototype', 'toString', 'valueOf', 'caller', 'arguments'].includes(member))
      return true;
    if (of === 'TypedArray') return old.has(path.replace(of, 'Uint8Array'));
    if (!member) return old.has(of) || FUNCTIONS.includes(of) || of in WEB || !named.has(of);
    return old.has(path) || [WEB, TOGETHER].some((known) => known[of]?.includes(member));
  };
  const found = [];
  for (const [path, holder] of holders()) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      const whole = path ? `${path}.${name}` : name;
      if (named.has(name) && !isOld(whole)) found.push(whole);
    }
  }
  return found;
}

/** Where built-ins are: the global object, and the classes and namespaces there with their prototypes. */
function* holders() {
  yield ['', globalThis];
  yield ['TypedArray.prototype', Object.getPrototypeOf(Uint8Array.prototype)];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!/^[A-Z]/.test(name) || name.includes('Error') || ELSEWHERE.some((pattern) => pattern.test(name))) continue;
    const value = globalThis[name];
    if (Object(value) !== value) continue;
    yield [name, value];
    if (typeof value === 'function' && value.prototype) yield [`${name}.prototype`, value.prototype];
  }
}
