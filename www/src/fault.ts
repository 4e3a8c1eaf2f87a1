// How the demo service is asked to fail: it honours this request header when started with --demo.

let fault: string | undefined;

export function setFault(value: string | undefined): void {
  fault = value;
}

/** Called by the token source before each request. */
export function faultHeaders(): HeadersInit {
  return fault === undefined ? {} : { 'X-Demo-Fault': fault };
}
