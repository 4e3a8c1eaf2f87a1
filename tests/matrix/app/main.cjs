const process = require('node:process');
const { report } = require('./report.cjs');
const { scenario } = require('./scenario.cjs');

void report(process.env.MATRIX, scenario(`${process.env.MATRIX}/token`));
