import { lacking, pathOf } from '../support/engines.mjs';
import { VERSION as NODE, packages } from '../support/node24.mjs';

const VERSION = '5.1.0';
const test = (env) => `import { test } from 'vitest';
import { report } from './report.mjs';
import { scenario } from './scenario.mjs';
test('scenario', () => report(${env}, scenario(${env} + '/token')), 30_000);`;

export default {
  packages: {
    vitest: VERSION,
    '@vitest/browser-playwright': VERSION,
    'playwright-core': '1.64.1',
    playwright: '1.64.1',
    ...packages,
  },
  files: {
    'node.test.mjs': test('process.env.MATRIX'),
    'browser.test.mjs': test('__MATRIX__'),
    // The browser that is here: playwright would have one of its own.
    'vitest.browser.mjs': `import { playwright } from '@vitest/browser-playwright';
export default {
  define: { __MATRIX__: JSON.stringify(process.env.MATRIX) },
  test: {
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: process.env.CHROME_PATH, args: ['--no-sandbox'] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
};`,
  },
  async cases({ row, start, notRun, node24 }) {
    await row('Vitest', VERSION, 'node', `Node.js ${NODE}`, ({ origin }) =>
      start('vitest', ['run', 'node.test.mjs'], { node: node24, env: { MATRIX: origin } }),
    );
    const why = lacking('Chromium');
    if (why) notRun('Vitest', VERSION, 'browser', 'Chromium', why);
    else {
      await row('Vitest', VERSION, 'browser', 'Chromium', ({ origin }) =>
        start('vitest', ['run', '--config', 'vitest.browser.mjs', 'browser.test.mjs'], {
          node: node24,
          env: { MATRIX: origin, CHROME_PATH: pathOf('Chromium') },
        }),
      );
    }
  },
};
