// How Chromium is started in every test: quiet, and without what reaches out by itself.
import process from 'node:process';

const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...asRoot,
];
