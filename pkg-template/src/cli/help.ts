// The text that `--help` prints.
import { INSPECT, type Option, type OptionRow, PERMISSION, SCAN, SCOPE_BUILD } from './options.js';

const syntaxOf = ({ name, value }: Option): string => `--${name}${value === undefined ? '' : ` ${value}`}`;

function table(rows: readonly OptionRow[], width: number): string {
  const indent = `\n${' '.repeat(width + 4)}`;
  return rows
    .map(([options, description]) => {
      const syntax = options.map(syntaxOf).join(' | ').padEnd(width);
      return `  ${syntax}  ${description.replaceAll('\n', indent)}`;
    })
    .join('\n');
}

export const HELP: Record<string, string> = {
  '': `Usage: momento-token-wasm <command> …

  inspect [credential]   print what a Momento credential is and permits, without revealing it
  scope <action>         build, encode, decode or describe a token's permissions
  scan <path>…           find Momento credentials in builds and source files

  --help, -h             print help, also for a command
  --version, -v          print the version of this package
`,
  inspect: `Usage: momento-token-wasm inspect [credential | -] [options]

Prints the version, endpoints, expiry, scope and warnings of a credential, but never the credential itself.
Without an argument, reads it from standard input, which keeps it out of the shell's history.

${table(INSPECT, 21)}

Exit code: 0 no warnings; 1 it has expired, or there is another warning; 2 wrong usage, or no credential.
`,
  scope: `Usage: momento-token-wasm scope <action> …

  build     make a scope from options, or validate one in JSON (argument, --file or standard input)
  encode    convert a scope in JSON to claim p of a token (base64 of protobuf)
  decode    convert claim p, or the scope of a token, to JSON
  describe  describe a scope in JSON, claim p or a token: one sentence per permission

Options of build for a permission; --and begins the next permission:

${table(PERMISSION, 62)}

Other options (--file for all actions, the rest for build):

${table(SCOPE_BUILD, 21)}

Example: momento-token-wasm scope build --cache chat --role readonly --key-prefix room-

Exit code: 0 success; 2 wrong usage, or not a valid scope.
`,
  scan: `Usage: momento-token-wasm scan <file | folder>… [options]

Finds Momento credentials, however they are split, joined or escaped. Reports where and what they are, with a
fingerprint to identify them, but never the credentials themselves.

${table(SCAN, 13)}

Exit code: 0 no credential, or only disposable and expired ones; 1 a long-lived credential or a super-user key;
2 wrong usage, or something could not be read.
`,
};
