import process from 'node:process';
import { VERSION as NEWER, packages } from '../support/node24.mjs';

export default {
  packages,
  async cases({ row, start, node24 }) {
    const kinds = { ESM: 'main.mjs', CommonJS: 'main.cjs', 'worker thread': 'thread.mjs' };
    for (const [version, program] of [[process.versions.node, process.execPath], [NEWER, `${node24}/node`]]) {
      for (const [mode, file] of Object.entries(kinds)) {
        await row('Node.js', version, mode, `Node.js ${version}`, ({ origin }) => start(program, [file], { env: { MATRIX: origin } }));
      }
    }
  },
};
