// Yarn with Plug'n'Play: there is no node_modules, and a package finds nothing but what it names.
import { layOut, runAll } from '../support/managers.mjs';
import { run } from '../support/process.mjs';

const VERSION = '4.18.1';

export default {
  packages: { '@yarnpkg/cli-dist': VERSION },
  async cases(family) {
    const own = layOut(family.folder, family.tarball, {
      '.yarnrc.yml': 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\nenableScripts: true\n',
      'yarn.lock': '',
    });
    // Where this machine's npm has its packages from, Yarn has too.
    const registry = (await run('npm', ['config', 'get', 'registry'])).trim();
    const env = { YARN_NPM_REGISTRY_SERVER: registry, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' };
    await family.build('yarn', ['install'], { cwd: own, env });
    const within = (make) => (command, args, options) =>
      make(command, args, { ...options, env: { ...env, ...options.env } });
    await runAll(
      "Yarn Plug'n'Play",
      VERSION,
      own,
      { ...family, start: within(family.start), build: within(family.build) },
      ['yarn'],
    );
  },
};
