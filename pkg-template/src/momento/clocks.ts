// Elapsed time. Takes the larger of two clocks' values, because either may stop during sleep.
export interface Moment {
  readonly wall: number;
  readonly mono: number;
}

export const now = (): Moment => ({ wall: Date.now(), mono: performance.now() });

export const since = ({ wall, mono }: Moment): number => Math.max(Date.now() - wall, performance.now() - mono);
