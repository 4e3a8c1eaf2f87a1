// The refresher in real browsers, counted at a real server: tabs, sleep, hostile services. `make test-browsers`, and
// `-long` for the rest.
import process from 'node:process';
import './bodies.mjs';
import './calls.mjs';
import './frames.mjs';
import './hostile.mjs';
import './lifecycle.mjs';
import './redirects.mjs';
import './stale.mjs';
import './tabs.mjs';
import './workers.mjs';
import { runScenarios } from './support/scenarios.mjs';

runScenarios({ long: process.env.LONG === '1', engines: process.env.ENGINES?.split(',') });
