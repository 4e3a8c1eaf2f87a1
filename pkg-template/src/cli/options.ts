// The options of the commands, from which arguments are parsed and help is printed.

export interface Option {
  /** Without the leading `--`. */
  readonly name: string;
  /** The placeholder of its value in help. An option without one is a flag. */
  readonly value?: string;
  /** Whether it may be repeated. */
  readonly multiple?: true;
}

/** A row of the help: an option, or alternatives, and their description, which may have several lines. */
export type OptionRow = readonly [options: readonly Option[], description: string];

export const INSPECT: readonly OptionRow[] = [
  [[{ name: 'file', value: 'FILE' }], 'read the credential from a file'],
  [[{ name: 'endpoint', value: 'HOST' }], 'the endpoint of a credential that has none'],
  [
    [{ name: 'allow-suffix', value: 'SUFFIX', multiple: true }],
    'allow an endpoint outside momentohq.com; may be repeated',
  ],
  [[{ name: 'json' }], 'print JSON'],
];

const FILE: OptionRow = [[{ name: 'file', value: 'FILE' }], 'read the input from a file'];

/** The options of `scope`'s actions other than `build`. */
export const SCOPE: readonly OptionRow[] = [FILE];

/** The options of `scope build` that describe a permission. */
export const PERMISSION: readonly OptionRow[] = [
  [
    [{ name: 'role', value: 'ROLE' }],
    `readwrite, readonly, writeonly;
publishsubscribe, subscribeonly, publishonly;
functioninvoke, functionpermitnone`,
  ],
  [[{ name: 'cache', value: 'NAME' }, { name: 'all-caches' }], 'the cache'],
  [
    [{ name: 'key', value: 'KEY' }, { name: 'key-prefix', value: 'PREFIX' }, { name: 'all-items' }],
    'items of the cache; default: the whole cache',
  ],
  [
    [{ name: 'topic', value: 'NAME' }, { name: 'topic-prefix', value: 'PREFIX' }, { name: 'all-topics' }],
    'topics of the cache',
  ],
  [
    [{ name: 'function', value: 'NAME' }, { name: 'function-prefix', value: 'PREFIX' }, { name: 'all-functions' }],
    'functions of the cache',
  ],
];

/** The options of `scope build` that apply to the whole scope. */
export const SCOPE_BUILD: readonly OptionRow[] = [
  FILE,
  [[{ name: 'encode' }, { name: 'describe' }], 'print claim p, or sentences, instead of JSON'],
];

export const SCAN: readonly OptionRow[] = [
  [[{ name: 'strict' }], 'fail on any credential, even disposable and expired ones'],
  [
    [{ name: 'ignore', value: 'GLOB', multiple: true }],
    'ignore paths, or a fingerprint (sha256:…); may be repeated, or be a line of .momento-scan-ignore',
  ],
  [[{ name: 'all' }], 'also scan node_modules and .git'],
  [[{ name: 'json' }], 'print JSON'],
];

/** The names of the options of a table. */
export const namesOf = (rows: readonly OptionRow[]): string[] =>
  rows.flatMap(([options]) => options.map(({ name }) => name));
