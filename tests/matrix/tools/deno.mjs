const VERSION = '2.9.6';

export default {
  packages: { deno: VERSION },
  async cases({ row, start }) {
    await row('Deno', VERSION, 'run', `Deno ${VERSION}`, ({ origin }) =>
      start('deno', ['run', '--allow-all', 'main.mjs'], { env: { MATRIX: origin, DENO_NO_UPDATE_CHECK: '1' } }),
    );
  },
};
