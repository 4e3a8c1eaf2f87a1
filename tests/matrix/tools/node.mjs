import process from 'node:process';
import { REACT_SERVER, VUE_SERVER } from '../support/expected.mjs';
import { VERSION as NEWER, packages } from '../support/node24.mjs';
import * as peers from '../support/peers.mjs';

export default {
  packages: { ...packages, ...peers.REACT, ...peers.VUE },
  async cases({ row, start, node24 }) {
    const kinds = { ESM: 'main.mjs', CommonJS: 'main.cjs', 'worker thread': 'thread.mjs' };
    for (const [version, program] of [
      [process.versions.node, process.execPath],
      [NEWER, `${node24}/node`],
    ]) {
      for (const [mode, file] of Object.entries(kinds)) {
        await row('Node.js', version, mode, `Node.js ${version}`, ({ origin }) =>
          start(program, [file], { env: { MATRIX: origin } }),
        );
      }
      for (const [file, expected] of [
        ['react', REACT_SERVER],
        ['vue', VUE_SERVER],
      ]) {
        await row(
          'Node.js',
          version,
          'server rendering',
          `Node.js ${version}`,
          ({ origin }) => start(program, [`${file}-server.mjs`], { env: { MATRIX: origin } }),
          { expected },
        );
      }
    }
  },
};
