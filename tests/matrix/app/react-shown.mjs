// A token as React shows it.
import { createElement } from 'react';
import { useToken } from 'momento-token-wasm/react';

export function Shown() {
  const { token, error, status } = useToken({ vend: '/token', refreshWindow: [0.03, 0.06] });
  return createElement('p', null, token?.tokenId ?? error?.message ?? status);
}
