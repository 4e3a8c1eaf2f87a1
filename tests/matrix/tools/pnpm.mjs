// pnpm, whose node_modules give a package nothing but what it names.
import { layOut, runAll } from '../support/managers.mjs';

const VERSION = '12.21.0';

export default {
  packages: { pnpm: VERSION },
  async cases(family) {
    const own = layOut(family.folder, family.tarball);
    await family.build(
      'pnpm',
      ['install', '--strict-peer-dependencies', '--prefer-offline', '--no-frozen-lockfile', '--ignore-scripts'],
      { cwd: own },
    );
    await runAll('pnpm', VERSION, own, family, ['pnpm', 'exec']);
  },
};
