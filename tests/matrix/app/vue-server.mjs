import process from 'node:process';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { report } from './report.mjs';
import { Shown } from './vue-shown.mjs';

await report(
  process.env.MATRIX,
  renderToString(createSSRApp(Shown)).then((html) => ({ html })),
);
