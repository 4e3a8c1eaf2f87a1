// In Node.js, Deno and Bun; in a worker thread as well.
import process from 'node:process';
import { report } from './report.mjs';
import { scenario } from './scenario.mjs';

await report(process.env.MATRIX, scenario(`${process.env.MATRIX}/token`));
