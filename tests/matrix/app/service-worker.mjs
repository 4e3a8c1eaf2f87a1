import { report } from './report.mjs';
import { scenario } from './scenario.mjs';

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(report(location.origin, scenario('/token'))));
