// The framework that an app has installed. Frameworks are optional peer dependencies of any version, so that no version
// blocks an installation. If the installed one lacks a function that its binding needs, calling it throws.
import { TokenError } from 'momento-token-wasm';

/** A framework: the required version and the installed one. */
export interface Peer {
  readonly name: 'React' | 'Vue';
  /** The oldest version that the binding works with, `major.minor`. */
  readonly needed: string;
  /** The version that the framework reports, or a description if it reports none. */
  readonly found: string;
}

/** The framework's function of this name or, if it has none, one that throws `ERR_PEER`. */
export const functionOf = <F>(peer: Peer, name: string, found: F | undefined): F =>
  found ??
  ((() => {
    throw lacks(peer, name);
  }) as F);

function lacks({ name, needed, found }: Peer, member: string): TokenError {
  // React has a build for server components, without hooks for state.
  const advice =
    name === 'React' && parseInt(found, 10) >= parseInt(needed, 10)
      ? "in a server component, move the call to a component marked 'use client'"
      : `install ${name} ${needed} or later`;
  return new TokenError(
    'ERR_PEER',
    `expected ${name} ${needed} or later, found ${name} ${found}, which has no ${member}; ${advice}`,
  );
}
