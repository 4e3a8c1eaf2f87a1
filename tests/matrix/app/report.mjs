// Tells the service of the matrix what came of it.

/**
 * Posts the outcome, or the error, to `/report` at this address. In pages, with what their Content Security Policy
 * refused.
 */
export async function report(origin, outcome, post = fetch) {
  const troubles = [];
  globalThis.addEventListener?.('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    troubles.push(`CSP: ${violatedDirective} ${blockedURI}`),
  );
  globalThis.addEventListener?.('unhandledrejection', ({ reason }) => troubles.push(`unhandled: ${reason}`));
  const told = await outcome.catch((error) => ({
    error: `${error} ${error?.stack} cause: ${error?.cause} ${error?.cause?.stack}`,
  }));
  await post(new URL('/report', origin), { method: 'POST', body: JSON.stringify({ ...told, troubles }) });
}
