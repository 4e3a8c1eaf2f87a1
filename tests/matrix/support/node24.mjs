// The newer Node.js, from npm: some tools want it, and the package is to run in it.
import process from 'node:process';

export const VERSION = '24.22.3';
const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
export const packages = { [name]: VERSION };
export const bin = (folder) => `${folder}/node_modules/${name}/bin`;
