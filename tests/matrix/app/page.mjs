// In a page, and in a worker that a bundler made one file of.
import { report } from './report.mjs';
import { scenario } from './scenario.mjs';

void report(location.origin, scenario('/token'));
