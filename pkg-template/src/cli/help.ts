// What `--help` says.

export const HELP: Record<string, string> = {
  '': `Usage: momento-token-wasm <command> …

  inspect [credential]   what a Momento credential is and permits, without showing it
  scope <action>         build, encode, decode or describe what a token may do
  scan <path>…           find Momento credentials in builds and sources

  --help, -h             help; also of one command
  --version              version of this package
`,
  inspect: `Usage: momento-token-wasm inspect [credential | -] [options]

Says what a credential is: version, endpoints, expiry, scope, warnings. It is never shown.
Without an argument it is read from standard input, where shell history does not keep it.

  --file F               read it from a file
  --endpoint HOST        endpoint of a credential that carries none
  --allow-suffix SUFFIX  allow an endpoint outside momentohq.com (may be repeated)
  --json                 as JSON

Exit code: 0 fine; 1 it has expired, or there is another warning; 2 wrong usage, or no credential.
`,
  scope: `Usage: momento-token-wasm scope <action> …

  build     make a scope of options, or check one in JSON (argument, --file F or standard input)
  encode    a scope in JSON to what tokens carry (claim p: base64 of protobuf)
  decode    claim p, or the scope of a token, to JSON
  describe  a scope in JSON, claim p or a token: one sentence for each permission

Options of build; --and begins the next permission:

  --role ROLE                     readwrite, readonly, writeonly; publishsubscribe, subscribeonly,
                                  publishonly; functioninvoke, functionpermitnone
  --cache NAME | --all-caches
  --key K | --key-prefix P | --all-items                   of a cache; without any, the whole cache
  --topic T | --topic-prefix P | --all-topics
  --function F | --function-prefix P | --all-functions
  --encode, --describe            write claim p, or sentences, in place of JSON

Of all: --file F reads the input from a file.
Example: momento-token-wasm scope build --cache chat --role readonly --key-prefix room-

Exit code: 0 fine; 2 wrong usage, or no scope.
`,
  scan: `Usage: momento-token-wasm scan <file | folder>… [options]

Finds Momento credentials, however they are split, joined or escaped. It says where and what they are, and
shows none: a fingerprint tells them apart.

  --strict        fail on every credential, disposable and expired ones too
  --ignore GLOB   let paths (or a fingerprint, sha256:…) pass; may be repeated, and stand in .momento-scan-ignore
  --all           look into node_modules and .git too
  --json          as JSON

Exit code: 0 nothing, or only disposable and expired credentials; 1 a long-lived one or a super-user key; 2 wrong usage,
or something could not be read.
`,
};
