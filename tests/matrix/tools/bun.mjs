const VERSION = '1.4.5';

export default {
  packages: { bun: VERSION },
  async cases({ row, start }) {
    for (const [mode, file] of Object.entries({ ESM: 'main.mjs', CommonJS: 'main.cjs' })) {
      await row('Bun', VERSION, mode, `Bun ${VERSION}`, ({ origin }) =>
        start('bun', [file], { env: { MATRIX: origin } }),
      );
    }
  },
};
