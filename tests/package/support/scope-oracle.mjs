// A second reading of the rules for scopes, written from the public types alone. It shares no code with the package.

const ROLES = {
  item: { readwrite: ['read', 'write', 'conditional-write'], readonly: ['read'], writeonly: ['write'] },
  topic: { publishsubscribe: ['publish', 'subscribe'], subscribeonly: ['subscribe'], publishonly: ['publish'] },
  func: { functioninvoke: ['invoke'], functionpermitnone: [] },
};
const ALL = { cache: 'caches', item: 'items', topic: 'topics', func: 'functions' };
const NAMES = {
  cache: ['name'],
  item: ['key', 'keyPrefix'],
  topic: ['name', 'namePrefix'],
  func: ['name', 'namePrefix'],
};

class NoScope extends Error {}
const refuse = () => {
  throw new NoScope();
};

/** The own fields of plain data. */
function fieldsOf(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse();
  const parent = Object.getPrototypeOf(value);
  if (parent !== null && parent !== Object.prototype) refuse();
  const keys = Reflect.ownKeys(value);
  if (keys.some((key) => typeof key === 'symbol')) refuse();
  return new Map(keys.map((key) => [key, value[key]]));
}

function listOf(value) {
  if (!Array.isArray(value)) refuse();
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'length');
  if (keys.length !== value.length || keys.some((key, index) => key !== String(index))) refuse();
  return keys.map((key) => value[key]);
}

/** The bytes of a name or key. */
function bytesOf(value, field) {
  if (field === 'item' && value instanceof Uint8Array) return value.length === 0 ? refuse() : [...value];
  if (typeof value !== 'string' || !value.isWellFormed()) refuse();
  if (field === 'item' ? value === '' : /^[\p{White_Space}\ufeff]*$/u.test(value)) refuse();
  return [...Buffer.from(value)];
}

/** `{ all }`, `{ whole }` or `{ prefix }`. */
function selectorOf(value, field) {
  if (typeof value === 'string') return { whole: bytesOf(value, field) };
  const fields = fieldsOf(value);
  if (fields.size !== 1) refuse();
  const [[name, text]] = fields;
  if (name === 'all' && text === ALL[field]) return { all: true };
  const place = NAMES[field].indexOf(name);
  if (place < 0) refuse();
  return { [place === 0 ? 'whole' : 'prefix']: bytesOf(text, field) };
}

function permissionOf(value) {
  const fields = fieldsOf(value);
  const { role, cache, ...selectors } = Object.fromEntries(fields);
  const names = Object.keys(selectors);
  if (!fields.has('role') || !fields.has('cache') || names.length > 1) refuse();
  const kind = names[0] ?? 'item';
  if (!Object.hasOwn(ROLES, kind) || typeof role !== 'string' || !Object.hasOwn(ROLES[kind], role)) refuse();
  const select = names.length === 0 ? { all: true } : selectorOf(selectors[kind], kind);
  return { kind, accesses: ROLES[kind][role], cache: selectorOf(cache, 'cache'), select };
}

/** The grants of a scope, or `undefined` for a value that is none. The value must not throw when it is read. */
export function grantsOf(value) {
  try {
    const fields = fieldsOf(value);
    if (fields.size !== 1 || !fields.has('permissions')) refuse();
    const permissions = listOf(fields.get('permissions')).map(permissionOf);
    return permissions.length === 0 ? undefined : permissions;
  } catch (error) {
    if (error instanceof NoScope) return undefined;
    throw error;
  }
}

const matches = (select, bytes) =>
  select.all ||
  ((select.whole ?? select.prefix).every((byte, at) => byte === bytes[at]) &&
    (!select.whole || select.whole.length === bytes.length));

/** Does one of the grants permit the action `{ kind, access, cache, name }`, whose names are bytes? */
export const permits = (grants, { kind, access, cache, name }) =>
  grants.some(
    (grant) =>
      grant.kind === kind &&
      grant.accesses.includes(access) &&
      matches(grant.cache, cache) &&
      matches(grant.select, name),
  );

/** Every action in a world that has each name of these grants, one below each prefix, and one that nobody names. */
export function* actionsOf(grants) {
  const namesOf = (selects) => {
    const fresh = [...Buffer.from('\u{1f600} nobody names this')];
    const named = selects
      .filter((select) => !select.all)
      .flatMap(({ whole, prefix }) => (whole ? [whole] : [prefix, [...prefix, ...fresh]]));
    return [...new Map([...named, fresh].map((bytes) => [String(bytes), bytes])).values()];
  };
  const caches = namesOf(grants.map(({ cache }) => cache));
  for (const [kind, roles] of Object.entries(ROLES)) {
    const names = namesOf(grants.filter((grant) => grant.kind === kind).map(({ select }) => select));
    for (const access of new Set(Object.values(roles).flat())) {
      for (const cache of caches) for (const name of names) yield { kind, access, cache, name };
    }
  }
}

/** The action in the package's form. */
export function toAction({ kind, access, cache, name }) {
  const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  if (kind === 'item') return { type: 'cache', access, cache: text(cache), key: Uint8Array.from(name) };
  return kind === 'topic'
    ? { type: 'topic', access, cache: text(cache), topic: text(name) }
    : { type: 'function', access, cache: text(cache), func: text(name) };
}
