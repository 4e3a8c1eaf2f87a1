// jsdom has no fetch, so an app's tests give a function there.
import process from 'node:process';

const VERSION = '30.5.2';
const HTTP = `(url, { body = '' } = {}) => new Promise((resolve, reject) => {
  http.request(url, { method: 'POST' }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve(text));
  }).on('error', reject).end(body);
})`;
const body = `const post = ${HTTP};
const { MATRIX } = process.env;
test('scenario', () => report(MATRIX, scenario(globalThis.fetch ? MATRIX + '/token' : () => post(MATRIX + '/token')), post), 30_000);`;
const cjs = `const http = require('node:http');\nconst { report } = require('./report.cjs');\nconst { scenario } = require('./scenario.cjs');\n${body}`;
const esm = `import http from 'node:http';\nimport { report } from './report.mjs';\nimport { scenario } from './scenario.mjs';\n${body}`;

export default {
  packages: { jest: VERSION, 'jest-environment-jsdom': VERSION },
  files: { 'cjs.test.cjs': cjs, 'esm.test.mjs': esm },
  async cases({ row, start }) {
    for (const environment of ['node', 'jsdom']) {
      for (const [mode, file, options] of [
        ['CommonJS', 'cjs.test.cjs'],
        ['ESM', 'esm.test.mjs', '--experimental-vm-modules'],
      ]) {
        await row('Jest', VERSION, `${environment}, ${mode}`, `Node.js ${process.versions.node}`, ({ origin }) =>
          start('jest', ['--env', environment, '--runTestsByPath', file, '--testMatch', '**/*.test.*'], {
            env: { MATRIX: origin, NODE_OPTIONS: options ?? '' },
          }),
        );
      }
    }
  },
};
