import process from 'node:process';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { report } from './report.mjs';
import { Shown } from './react-shown.mjs';

await report(process.env.MATRIX, (async () => ({ html: renderToString(createElement(Shown)) }))());
