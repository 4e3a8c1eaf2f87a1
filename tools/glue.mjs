// wasm-bindgen's glue is a module with one variable for one instance. Here it becomes a function that gives each
// instance glue of its own.

/** What the glue finds in place of globals, as an import of this name. */
export const GLOBALS = 'wasm-glue-globals';

/** Puts an instance's exports in place. */
const SETTER = '__wbg_set_wasm';

/** The exports that are called by the engine alone: closures in timers, listeners and promises, and finalisers. */
const CALLED_BY_ENGINE = /\bwasm\.(?:\w*closure\w*|__wbg_\w+_free)\(/;

/** What the module imports of the glue, each with a short name for it. */
export function importNames(glue) {
  const names = [...glue.matchAll(/^export function (__wb\w+)\(/gm)].map(([, name]) => name);
  return new Map(names.filter((name) => name !== SETTER).map((name, index) => [name, index.toString(36)]));
}

/**
 * The glue as a module that exports `bind`, which pkg-template/src/glue.d.ts describes. Throws where the glue has another
 * form than expected.
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
