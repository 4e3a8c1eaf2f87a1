// Simulated failures: the vending service honours this request header if it was started with --demo.

let fault: string | undefined;

export function setFault(value: string | undefined): void {
  fault = value;
}

/** Called by the token source before each request. */
export function faultHeaders(): HeadersInit {
  return fault === undefined ? {} : { 'X-Demo-Fault': fault };
}
