// Beside frameworks and SDKs of any age: the package installs, the core works, and a binding says what it needs.
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { installBeside, newFolder, pack, runIn } from './support/beside.mjs';
import { disposable } from './support/mint.mjs';

const root = new URL('../..', import.meta.url).pathname;

let tarball;
before(async (context) => void (tarball = await pack(newFolder(context))));

const CORE = `core.describeScope(core.parseScope({ permissions: [{ role: 'readonly', cache: 'chat' }] }))`;
const SAYS = ['Read all items in cache "chat".'];
/** What came of calling a hook, an error by its fields. */
const TRIED = `const tried = (use) => {
  try {
    return { value: use() };
  } catch (error) {
    return { isOurs: error instanceof core.TokenError, code: error.code, message: error.message };
  }
};`;
const inBoth = (names, code) =>
  Object.entries({
    module: Object.entries(names)
      .map(([name, from]) => `import * as ${name} from '${from}';`)
      .join('\n'),
    commonjs: Object.entries(names)
      .map(([name, from]) => `const ${name} = require('${from}');`)
      .join('\n'),
  }).map(([type, head]) => [type, `${head}\n${code}`]);

describe('React', () => {
  const names = { core: 'momento-token-wasm', react: 'react', binding: 'momento-token-wasm/react' };
  const code = `${TRIED}
    const { createElement } = react.default ?? react;
    const { renderToString } = server.default ?? server;
    const App = () => createElement('p', null, binding.useToken({ vend: '/token' }).status);
    console.log(JSON.stringify({ says: ${CORE}, tried: tried(() => renderToString(createElement(App))) }));`;

  for (const version of ['16.14.0', '17.0.2']) {
    test(`${version}: installs, and the core works; useToken says that it needs 18`, async (t) => {
      const folder = await installBeside(t, tarball, { react: version, 'react-dom': version });
      for (const [type, program] of inBoth({ ...names, server: 'react-dom/server.js' }, code)) {
        const { says, tried } = await runIn(folder, program, type);
        assert.deepEqual(says, SAYS, type);
        assert.deepEqual(tried, {
          isOurs: true,
          code: 'ERR_PEER',
          message:
            `expected React 18 or later, found React ${version}, which has no useInsertionEffect; ` +
            'install React 18 or later',
        });
      }
      // A bundler builds an app with both all the same.
      await bundle(folder, "import { useToken } from 'momento-token-wasm/react'; globalThis.used = useToken;");
    });
  }

  test('a version before a release: installs, and works', async (t) => {
    const version = '19.0.0-rc.1';
    const folder = await installBeside(t, tarball, { react: version, 'react-dom': version });
    for (const [type, program] of inBoth({ ...names, server: 'react-dom/server' }, code)) {
      assert.deepEqual((await runIn(folder, program, type)).tried, { value: '<p>idle</p>' });
    }
  });

  test('in a server component, useToken says where it belongs', async (t) => {
    const folder = await installBeside(t, tarball, { react: '19.3.1' });
    const program = `import * as core from 'momento-token-wasm';
      import { useToken } from 'momento-token-wasm/react';
      ${TRIED}
      console.log(JSON.stringify(tried(() => useToken({ vend: '/token' }))));`;
    writeFileSync(join(folder, 'component.mjs'), program);
    const { code: found, message } = await runIn(
      folder,
      `
      import { execFileSync } from 'node:child_process';
      const args = ['--conditions=react-server', 'component.mjs'];
      process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }));`,
    );
    assert.equal(found, 'ERR_PEER');
    assert.match(
      message,
      /^expected React 18 or later, found React 19\.3\.1, which has no useState; in a server component, .*'use client'/,
    );
  });
});

describe('Vue', () => {
  const names = { core: 'momento-token-wasm', vue: 'vue', binding: 'momento-token-wasm/vue' };

  // As an ES module, Vue 2.6 has no export that names its version.
  for (const [version, asModule, missing] of [
    ['2.6.14', 'older than 2.7', 'toValue'],
    ['2.7.16', '2.7.16', 'toValue'],
    ['3.0.11', '3.0.11', 'toValue'],
  ]) {
    test(`${version}: installs, and the core works; useToken says that it needs 3.3`, async (t) => {
      const folder = await installBeside(t, tarball, { vue: version });
      const code = `${TRIED}
        console.log(JSON.stringify({ says: ${CORE}, tried: tried(() => binding.useToken({ vend: '/token' })) }));`;
      for (const [type, program] of inBoth(names, code)) {
        const { says, tried } = await runIn(folder, program, type);
        assert.deepEqual(says, SAYS, type);
        const { message, ...rest } = tried;
        const found = type === 'module' ? asModule : version;
        assert.deepEqual(rest, { isOurs: true, code: 'ERR_PEER' });
        const problem = `expected Vue 3.3 or later, found Vue ${found}, which has no ${missing}`;
        assert.equal(message, `${problem}; install Vue 3.3 or later`);
      }
      await bundle(folder, "import { useToken } from 'momento-token-wasm/vue'; globalThis.used = useToken;");
    });
  }

  test('the binding keeps of Vue what it calls, and no more', async (t) => {
    const folder = newFolder(t);
    const app = "import { createApp, h } from 'vue'; createApp({ render: () => h('p') }).mount('#app');";
    const functions = [
      'getCurrentInstance',
      'getCurrentScope',
      'onMounted',
      'onScopeDispose',
      'shallowRef',
      'toValue',
      'watch',
    ];
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const plain = await bundle(folder, `${app} import { ${functions} } from 'vue'; globalThis.used = [${functions}];`);
    const bound = await bundle(
      folder,
      `${app} import { useToken } from '${root}pkg/vue.js'; globalThis.used = useToken;`,
    );
    const [without, within] = [plain, bound].map((text) => gzipSync(text).length);
    assert.ok(within - without < 4_500, `${within - without} bytes more than the functions themselves`);
  });
});

describe("Momento's Web SDK", () => {
  for (const version of ['1.26.3', '1.51.1', '1.92.1']) {
    test(`${version}: installs, and the core works; a topic client says that it needs 1.118`, async (t) => {
      const folder = await installBeside(t, tarball, { '@gomomento/sdk-web': version });
      const names = { core: 'momento-token-wasm', sdk: '@gomomento/sdk-web', binding: 'momento-token-wasm/momento' };
      const code = `${TRIED}
        globalThis.navigator ??= { userAgent: 'test' };
        console.log = () => {};
        const { TopicClient, Configurations, TopicConfigurations } = sdk.default ?? sdk;
        const configuration = TopicConfigurations?.Browser?.latest() ?? Configurations.Browser.v1();
        const source = new core.TokenSource({ vend: async () => '${disposable()}' });
        const topics = new binding.RotatingTopicClient(source, {
          makeClient: (credentialProvider) => new TopicClient({ credentialProvider, configuration }),
        });
        source.getToken().then(() => {
          const found = tried(() => topics.subscribe('chat', 'room', { onItem() {} }));
          source.close();
          process.stdout.write(JSON.stringify({ says: ${CORE}, found }));
        });`;
      for (const [type, program] of inBoth(names, code)) {
        const { says, found } = await runIn(folder, program, type);
        assert.deepEqual(says, SAYS, type);
        assert.deepEqual(found, {
          isOurs: true,
          code: 'ERR_SDK',
          message:
            'makeClient: expected a TopicClient of @gomomento/sdk-web 1.118 or a later 1.x, ' +
            `found one of ${version} that cannot be told where to resume`,
        });
      }
    });
  }
});

/** Built by esbuild with `momento-token-wasm` left out, so that only the binding and what it imports count. */
async function bundle(folder, contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    external: ['momento-token-wasm'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
