// Formats times for terminal output.

const UNITS = [
  ['year', 31_556_952_000],
  ['month', 2_629_746_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `in 5 minutes`, `2 hours ago`: in the largest unit that fits at least once, rounded down. */
export function relative(at: number, now: number): string {
  const distance = Math.abs(at - now);
  const unit = UNITS.find(([, length]) => distance >= length);
  if (!unit) return 'now';
  const count = Math.floor(distance / unit[1]);
  const words = `${count} ${unit[0]}${count === 1 ? '' : 's'}`;
  return at > now ? `in ${words}` : `${words} ago`;
}

/** `expires 2030-01-01T00:00:00Z (in 3 years)`, or `never expires`. */
export function expiry(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return 'never expires';
  return `${expiresAt <= now ? 'expired' : 'expires'} ${iso(expiresAt)} (${relative(expiresAt, now)})`;
}

export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
