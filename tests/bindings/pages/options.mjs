// Options that differ each time they are made, and others that a test gives.
const random = () => crypto.randomUUID?.() ?? String(Math.random());

export const RESTLESS = {
  'vend.headers': () => ({ vend: { url: '/token', headers: { 'x-request-id': random() } } }),
  'vend.url': () => ({ vend: `/token?${random()}` }),
  'vend.body': () => ({ vend: { url: '/token', method: 'POST', body: new FormData() } }),
  tokenId: () => ({ vend: async () => fetch('/token'), tokenId: random() }),
};

export const seenBy = ({ status, token, error }) => `${status} ${token?.tokenId ?? 'none'} ${error?.code ?? ''}`;

const kept = new FormData();

/**
 * Options as a test can send them to a page: `{ call: 'name' }` stands for a function of that name, which asks for a
 * token by it, and `{ form: 'a=1' }` for form parameters, made anew each time; `form: 'kept'` for form data that is
 * always the same object.
 */
globalThis.optionsOf = ({ vend, ...others }) => {
  const ask = (name) => fetch(`/token?${name}`);
  if (vend?.call) return { vend: () => ask(vend.call), ...others };
  if (vend?.headers?.call) {
    const { call } = vend.headers;
    return { vend: { ...vend, headers: () => ({ 'x-call': call }) }, ...others };
  }
  const form = vend?.body?.form;
  if (form) return { vend: { ...vend, body: form === 'kept' ? kept : new URLSearchParams(form) }, ...others };
  return { vend, ...others };
};
