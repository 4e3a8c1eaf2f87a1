// Angular, as `ng new` sets it up: a component in TypeScript that is strict.
import { packages } from '../support/node24.mjs';
import { answering, freePort } from '../support/process.mjs';

const CLI = '22.2.7';
const VERSION = '22.2.6';
const compilerOptions = {
  strict: true,
  target: 'ES2022',
  module: 'preserve',
  experimentalDecorators: true,
  importHelpers: true,
  isolatedModules: true,
  types: [],
};
const builder = {
  builder: '@angular/build:application',
  options: { browser: 'src/main.ts', index: 'src/index.html', tsConfig: 'tsconfig.json' },
};
const configurations = { production: {}, development: { optimization: false, sourceMap: true } };
const architect = {
  build: { ...builder, configurations, defaultConfiguration: 'production' },
  serve: { builder: '@angular/build:dev-server', options: { buildTarget: 'app:build:development' } },
};

export default {
  packages: {
    '@angular/build': CLI,
    '@angular/cli': CLI,
    ...Object.fromEntries(
      ['common', 'compiler', 'compiler-cli', 'core', 'platform-browser'].map((name) => [`@angular/${name}`, VERSION]),
    ),
    rxjs: '7.8.2',
    tslib: '2.9.1',
    typescript: '6.0.3',
    ...packages,
  },
  files: {
    'angular.json': JSON.stringify({
      version: 1,
      cli: { analytics: false },
      projects: { app: { projectType: 'application', root: '', sourceRoot: 'src', architect } },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions,
      angularCompilerOptions: { strictTemplates: true },
      include: ['src/**/*.ts'],
    }),
    'src/index.html':
      '<!doctype html><html><head><base href="/"><title>app</title></head><body><app-root></app-root></body></html>',
    'src/main.ts': `import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app';
bootstrapApplication(App);`,
    'src/app.ts': `import { Component, type OnInit, signal } from '@angular/core';
import { type TokenScope, describeScope, parseScope } from 'momento-token-wasm';
// @ts-expect-error: it has no types
import { report } from '../report.mjs';
// @ts-expect-error: it has no types
import { scenario } from '../scenario.mjs';
const scope: TokenScope = parseScope({ permissions: [{ role: 'readonly', cache: 'chat' }] });
@Component({ selector: 'app-root', template: '<p>{{ says() }}</p>' })
export class App implements OnInit {
  readonly says = signal(describeScope(scope)[0]);
  ngOnInit(): void {
    void report(location.origin, scenario('/token'));
  }
}`,
  },
  async cases({ folder, start, build, page, node24: node }) {
    const env = { NG_CLI_ANALYTICS: 'false' };
    await build('ng', ['build'], { node, env });
    await page('Angular', VERSION, 'build', { root: `${folder}/dist/app/browser` });
    const port = await freePort();
    const server = start('ng', ['serve', '--host', '127.0.0.1', '--port', String(port)], { node, env });
    try {
      await answering(`http://127.0.0.1:${port}/`, server);
      await page('Angular', VERSION, 'dev', { proxy: port });
    } finally {
      await server.stop();
    }
  },
};
