// What is to come of a case: by which entries of the package, with what report, after how many vends.

/** Such a page goes on: by the time it has told, it may have vended again. */
const shown = (entry, count) => ({
  entry,
  vends: count,
  goesOn: true,
  report: { shown: Array.from({ length: count }, (_, index) => `token-${index + 1}`), troubles: [] },
});
const rendered = (entry) => ({ entry, vends: 0, report: { html: '<p>idle</p>', troubles: [] } });

/** The scenario, everywhere. */
export const CORE = {
  entry: 'core',
  vends: 2,
  report: {
    subject: 'someone',
    says: ['Read all items in cache "chat".'],
    alone: 'someone',
    scope: ['Read items in cache "caché" whose key starts with "user/".'],
    allows: [true, false],
    printed: false,
    refused: 'ERR_TOKEN_MALFORMED',
    vended: ['token-1', 'token-2'],
    warnings: [],
    troubles: [],
  },
};

/** Pages that show a token, and then the next. */
export const REACT = shown('/react', 2);
export const VUE = shown('/vue', 2);
export const MOMENTO = shown('/momento', 2);

/** The same, by the README's components: with the next two. */
export const REACT_README = shown('/react', 3);
export const VUE_README = shown('/vue', 3);

/** On a server nothing is vended. */
export const REACT_SERVER = rendered('/react');
export const VUE_SERVER = rendered('/vue');

/** The package that a bare `wasm-pack build` makes: it decodes, and vends nothing. */
export const STANDALONE = {
  entry: 'wasm-pack build',
  vends: 0,
  report: {
    version: 'v1',
    subject: 'someone',
    cacheEndpoint: 'cache.cell-1-us-east-2-1.prod.a.momentohq.com',
    scope: { permissions: [{ role: 'readonly', cache: 'chat' }] },
    expires: true,
    provided: 'someone',
    printed: false,
    refused: ['ERR_TOKEN_MALFORMED', 'ERR_ARGUMENT', 'ERR_SCOPE_INVALID', 'ERR_ARGUMENT', 'ERR_ARGUMENT'],
    built: [
      { permissions: [{ role: 'readonly', cache: 'caché', item: { keyPrefix: 'user/' } }] },
      { permissions: [{ role: 'publishsubscribe', cache: { all: 'caches' }, topic: { namePrefix: 'room-' } }] },
    ],
    compared: {
      says: ['Read item "name" in cache "chat".', 'Read all items in cache "chat".'],
      covers: [true, false],
      allows: false,
    },
    same: true,
    missing: [],
    troubles: [],
  },
};

/** A page that imports the package when it needs it. */
export const LATER = { entry: 'core, import()', vends: 1, report: { shown: 'token-1', troubles: [] } };
