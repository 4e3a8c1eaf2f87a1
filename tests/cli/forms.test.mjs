// Every way of writing a credential that can be told, with every kind of credential.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanText } from '../../pkg/scan.js';
import {
  bareV1,
  cut,
  disposable,
  fingerprint,
  jwt,
  keyOf,
  leaks,
  legacy,
  superUser,
  v1,
  v2,
} from './support/credentials.mjs';

const q = JSON.stringify;
const escaped = (text, write) =>
  text.replace(/[-._=+/]/g, (character) => write(character.charCodeAt(0).toString(16).padStart(2, '0')));
const every = (text, write) =>
  text.replace(/./g, (character) => write(character.charCodeAt(0).toString(16).padStart(2, '0')));
const mapOf = (content) => q({ version: 3, sources: ['a.ts'], sourcesContent: [content], names: [], mappings: 'AAAA' });
/** In two, at a place that differs from one credential to the next. */
const halves = (text) => {
  const at = 24 + (text.charCodeAt(text.length - 6) % 60);
  return [text.slice(0, at), text.slice(at)];
};

const FORMS = {
  'in quotes': (k) => `const a=${q(k)};use()`,
  'in single quotes': (k) => `x='${k}',b`,
  'in an environment file': (k) => `MOMENTO_API_KEY=${k}\nOTHER=1`,
  'after its scheme': (k) => `"Bearer "+"${k}"`,
  'in a template': (k) => `\`Bearer ${k}\``,
  'beside other strings': (k) => `f("abc",${q(k)},"def","ghi")`,
  'after other letters': (k) => `"héé ✓ 😀", ${q(k)}`,
  'summed up': (k) => `var k=${cut(k, 5).map(q).join('+')};`,
  'summed up over lines': (k) =>
    `var k=${cut(k, 5)
      .map((part) => `'${part}'`)
      .join(' +\n    ')};`,
  'summed up from its first letter': (k) => `var k="${k[0]}"+"${k[1]}"+"${k.slice(2)}"`,
  'summed up with comments': (k) => `var k="${k.slice(0, 9)}"/* a */+ // b\n "${k.slice(9)}"`,
  'summed up in brackets': (k) => `var k=("${k.slice(0, 30)}")+("${k.slice(30)}")`,
  'in an array': (k) => `[${cut(k, 5).map(q).join(',')}].join("")`,
  'in an array of many': (k) => `[${cut(k, 40).map(q).join(',')}].join("")`,
  'in an array of letters': (k) => `[${[...k].map(q).join(',')}].join("")`,
  'with text in a hole': (k) => `\`${k.slice(0, 20)}\${"${k.slice(20, 50)}"}${k.slice(50)}\``,
  'by concat, again and again': (k) => `"${k.slice(0, 20)}".concat("${k.slice(20, 40)}").concat("${k.slice(40)}")`,
  'by concat of several': (k) => `"".concat("${k.slice(0, 20)}","${k.slice(20, 40)}","${k.slice(40)}")`,
  'of names in a template': (k, [a, b]) => `const a=${q(a)},b=${q(b)};let z=1;const c=\`\${a}\${b}\`;f(c)`,
  'of names, summed up': (k, [a, b]) => `var e=${q(a)},t=${q(b.slice(0, 30))},n=e+t+${q(b.slice(30))};f(n)`,
  'of names, the second first': (k, [a, b]) => `var t=${q(b)},e=${q(a)};f(e+t)`,
  'of names over lines': (k, [a, b]) =>
    `const PART_A = '${a}';\nconst PART_B = '${b}';\nexport const KEY = PART_A + PART_B;`,
  'of a sum of names': (k, [a, b]) => `const a=${q(a)};const t=${q(b.slice(0, 20))}+${q(b.slice(20))};f(a+t)`,
  'of fields': (k, [a, b]) => `var e={h:${q(a)},"p":${q(b)}};f(e.h+e.p)`,
  'of names in an array': (k, [a, b]) => `var e=${q(a)},t=${q(b)};f([e,t].join(""))`,
  'of names by concat': (k, [a, b]) => `var e=${q(a)},t=${q(b)};f("".concat(e,t))`,
  'of names by concat, again and again': (k, [a, b]) => `var e=${q(a)},t=${q(b)};f("".concat(e).concat(t,""))`,
  'of text and a name': (k, [a, b]) => `var t=${q(b)};f(${q(a)}+t)`,
  'of text and a hole': (k, [a, b]) => `var t=${q(b)};f(\`${a}\${t}\`)`,
  appended: (k, [a, b]) => `let e=${q(a)};e+=${q(b)};f(e)`,
  'appended in many steps': (k) => {
    const [a, ...rest] = cut(k, 5);
    return `let e=${q(a)};${rest.map((part) => `e+=${q(part)}`).join(';')};let t="x";t+="y";f(e,t)`;
  },
  'appended by commas': (k, [a, b]) => `let e="",t=${q(a)};t+=${q(b.slice(0, 20))},t+=${q(b.slice(20))},f(t)`,
  'appended to nothing': (k, [a, b]) => `let e="";e+=${q(a)};g(e);e+=${q(b)};f(e)`,
  'appended by names': (k, [a, b]) => `const t=${q(b)};let e=${q(a)};e+=t;f(e)`,
  'appended over lines': (k, [a, b]) =>
    `let key = '${a}'\nif (x) {\n  key += '${b.slice(0, 20)}'\n    + '${b.slice(20)}'\n}`,
  'appended, under a name that others have': (k, [a, b]) =>
    `function g(){let e="y";e+="z";return e}function f(){let e=${q(a)};e+=${q(b)};return e}function h(){let e="u";e+="v";return e}`,
  pushed: (k, [a, b]) => `const e=[];e.push(${q(a)});e.push(${q(b)});f(e.join(""))`,
  'pushed to an array': (k, [a, b]) => `const e=[${q(a)}];e.push(${q(b.slice(0, 20))},${q(b.slice(20))});f(e.join(""))`,
  hexadecimal: (k) => `"${escaped(k, (hex) => `\\x${hex}`)}"`,
  'hexadecimal, every letter': (k) => `"${every(k, (hex) => `\\x${hex}`)}"`,
  Unicode: (k) => `"${escaped(k, (hex) => `\\u00${hex}`)}"`,
  'Unicode in braces, every letter': (k) => `"${every(k, (hex) => `\\u{${hex}}`)}"`,
  octal: (k) => `"${escaped(k, (hex) => `\\${Number.parseInt(hex, 16).toString(8)}`)}"`,
  'on continued lines': (k) => `"${cut(k, 4).join('\\\n')}"`,
  "on Windows' continued lines": (k) => `"${cut(k, 4).join('\\\r\n')}"`,
  JSON: (k) => q({ token: k }),
  'JSON with slashes escaped': (k) => q({ token: k }).replaceAll('/', '\\/'),
  'JSON in JavaScript': (k) => `JSON.parse(${q(q({ a: { token: k } }))})`,
  'a source map': (k, [a, b]) => mapOf(`const a = ${q(a)} +\n  ${q(b)};`),
  'a source map with names': (k, [a, b]) => mapOf(`const x=${q(a)};\nconst y=\`\${x}${b}\``),
  'a source map with escapes': (k) => mapOf(`"${escaped(k, (hex) => `\\x${hex}`)}"`),
  'a source map with continued lines': (k) => mapOf(`"${cut(k, 4).join('\\\n')}"`),
  'a source map in a comment': (k, [a, b]) =>
    `x();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(mapOf(`const a = ${q(a)} + ${q(b)};`)).toString('base64')}\n`,
  'a URL': (k) => `https://app.example/?token=${escaped(k, (hex) => `%${hex.toUpperCase()}`)}&b=1`,
  'a URL in a URL': (k) => `https://app.example/?next=${encodeURIComponent(`/?token=${encodeURIComponent(k)}&b=1`)}`,
  HTML: (k) =>
    `<meta name="k" content="${k.replace(/=/g, '&#61;').replace(/\./g, '&period;').replace(/\+/g, '&#x2b;')}">`,
  wrapped: (k) => `KEY: |\n  ${k.match(/.{1,76}/g).join('\n  ')}\nnext: foo`,
  'base64 again': (k) => `atob("${Buffer.from(k).toString('base64')}")`,
  'URL-safe': (k) => `"${k.replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_')}"`,
};

const spaced = () =>
  Buffer.from(`{\n  "api_key": ${q(bareV1())},\n  "endpoint": "cell.momentohq.com"\n}`).toString('base64');
const KINDS = { v1, 'bare v1': bareV1, 'v1 with spaces': spaced, 'super-user': superUser, v2, legacy, disposable };

for (const [form, write] of Object.entries(FORMS)) {
  test(`written as ${form}`, () => {
    for (const [kind, make] of Object.entries(KINDS)) {
      for (let round = 0; round < 5; round++) {
        const credential = make();
        const found = scanText(write(credential, halves(credential)), 'file.map');
        assert.deepEqual(
          found.map((finding) => finding.fingerprint),
          [fingerprint(credential)],
          kind,
        );
        assert.ok(!leaks(q(found), credential));
      }
    }
  });
}

test('the parts of a JWT, joined by dots', () => {
  for (const write of [
    (h, p, s) => `[${q(h)},${q(p)},${q(s)}].join(".")`,
    (h, p, s) => `const h=${q(h)},p=${q(p)},s=${q(s)};f(h+"."+p+"."+s)`,
    (h, p, s) => `const h=${q(h)},p=${q(p)},s=${q(s)};f([h,p,s].join("."))`,
    (h, p, s) => `const h=${q(h)},p=${q(p)},s=${q(s)};f(\`\${h}.\${p}.\${s}\`)`,
    (h, p, s) => `const h=${q(h)},p=${q(p)},s=${q(s)};f("".concat(h,".").concat(p,".").concat(s))`,
    (h, p, s) => `let h=${q(h)};h+="."+${q(p)};h+="."+${q(s)};f(h)`,
    (h, p, s) => `const e=[];e.push(${q(h)});e.push(${q(p)},${q(s)});f(e.join("."))`,
    (h, p, s) => `const h=${q(`${h}.`)};f(h+${q(`${p}.`)}+${q(s)})`,
  ]) {
    for (const key of [v2(), bareV1(), legacy(), keyOf(superUser())]) {
      const text = write(...key.split('.'));
      assert.deepEqual(
        scanText(text).map((finding) => finding.fingerprint),
        [fingerprint(key)],
        text.replaceAll(/[\w-]{20,}/g, '…'),
      );
    }
  }
});

test('what others use is not found in any form', () => {
  const foreign = () => jwt({ iss: 'https://tenant.example', sub: 'a', ver: 1, p: 'CAA=', exp: 4_102_444_800 });
  for (const [form, write] of Object.entries(FORMS)) {
    const token = foreign();
    assert.deepEqual(scanText(write(token, halves(token)), 'file.map'), [], form);
  }
});
