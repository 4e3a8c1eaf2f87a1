// wasm-bindgen's glue is a module for a single instance. Converts it to a function that returns glue for one of several
// instances.

/** The import that replaces some globals in the glue. */
export const GLOBALS = 'wasm-glue-globals';

/** The glue's function that sets the instance's exports. */
const SETTER = '__wbg_set_wasm';

/** Exports that only the engine calls: closures in timers, listeners and promises, and finalizers. */
const CALLED_BY_ENGINE = /\bwasm\.(?:\w*closure\w*|__wbg_\w+_free)\(/;

/** The module's imports from the glue, with a short name for each. */
export function importNames(glue) {
  const names = [...glue.matchAll(/^export function (__wb\w+)\(/gm)].map(([, name]) => name);
  return new Map(names.filter((name) => name !== SETTER).map((name, index) => [name, index.toString(36)]));
}

/**
 * Converts the glue to a module that exports `bind`, as declared in pkg-template/src/glue.d.ts. Throws if the glue does
 * not have the expected form.
 */
export function perInstance(glue) {
  const names = [];
  const body = glue
    .replace(/^export (?=(?:function|class) (\w+)\b)/gm, (_, name) => {
      names.push(name);
      return '';
    })
    .replace(new RegExp(`${CALLED_BY_ENGINE.source}[^()]*\\)`, 'g'), (call) => `guard(() => ${call})`);
  check(body, names);
  const imports = importNames(glue);
  const core = names.filter((name) => name !== SETTER && !imports.has(name));
  const renamed = [...imports].map(([name, short]) => `'${short}': ${name}`);
  return `import { FinalizationRegistry, clearTimeout, setTimeout } from '${GLOBALS}';
export function bind(guard) {
${body}
return { core: { ${core.join(', ')} }, imports: { ${renamed.join(', ')} }, attach: ${SETTER} };
}
`;
}

function check(body, names) {
  const expect = (holds, what) => {
    if (!holds) throw new Error(`wasm-bindgen's glue has another form than expected: ${what}`);
  };
  expect(!/^\s*(?:import|export)\b/m.test(body), 'an import or export of another kind');
  expect(body.match(/^let wasm;$/gm)?.length === 1, 'no variable `wasm`');
  expect(names.includes(SETTER), 'no function that sets it');
  expect(body.split(CALLED_BY_ENGINE).length === body.split('guard(() => wasm.').length, 'a call that is not guarded');
  for (const [, closure] of body.matchAll(/\bmake(?:Mut)?Closure\(\w+, \w+, (?!f\))(\w+)\)/g))
    expect(body.includes(`guard(() => wasm.${closure}(`), `${closure} is not guarded`);
  for (const [, callback] of body.matchAll(/new FinalizationRegistry\((.*)\);$/gm))
    expect(/^\w+ => guard\(\(\) => wasm\.\w+\([^()]*\)\)$/.test(callback), `a finaliser ${callback}`);
}
