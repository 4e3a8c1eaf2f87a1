const VERSION = '1.4.5';

export default {
  packages: { bun: VERSION },
  files: { 'main.cjs': "const { report } = require('./report.cjs');\nvoid report(process.env.MATRIX, require('./scenario.cjs').scenario(process.env.MATRIX + '/token'));" },
  async cases({ row, start }) {
    for (const [mode, file] of Object.entries({ ESM: 'main.mjs', CommonJS: 'main.cjs' })) {
      await row('Bun', VERSION, mode, `Bun ${VERSION}`, ({ origin }) => start('bun', [file], { env: { MATRIX: origin } }));
    }
  },
};
