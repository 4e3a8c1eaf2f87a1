// The framework that an app has installed. As a peer dependency each is optional and of any version, so that none blocks an install. One that
// lacks what its binding calls is reported at the first call.
import { TokenError } from 'momento-token-wasm';

/** What a binding needs, and what it found. */
export interface Peer {
  readonly name: 'React' | 'Vue';
  /** The oldest version that the binding works with, `major.minor`. */
  readonly needed: string;
  /** What the framework says its version is, or what is known of it. */
  readonly found: string;
}

/** The framework's function of this name or, where it has none, one that throws `ERR_PEER`. */
export const functionOf = <F>(peer: Peer, name: string, found: F | undefined): F =>
  found ?? ((() => {
    throw lacks(peer, name);
  }) as F);

function lacks({ name, needed, found }: Peer, member: string): TokenError {
  const isNew = parseInt(found) >= parseInt(needed);
  // React gives server components a build of itself without hooks for state.
  const advice = isNew ? "in a server component, move the call to a component marked 'use client'" : `install ${name} ${needed} or later`;
  return new TokenError('ERR_PEER', `expected ${name} ${needed} or later, found ${name} ${found}, which has no ${member}; ${advice}`);
}
