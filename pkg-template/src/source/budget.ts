/**
 * The requests that count against the limit of ten in ten minutes, for sources that take each other's place. The hooks
 * of the bindings share one between theirs, by a second argument of the constructor that is not part of the public
 * types.
 */
export interface Budget {
  /**
   * When they were sent (`performance.now()`), oldest first; of more than {@link MAX_KEPT}, the latest. A renewal that
   * succeeded is not among them.
   */
  requests: number[];
}

const MAX_KEPT = 10;

export function spend(budget: Budget, at: number): void {
  budget.requests = [...budget.requests, at].slice(-MAX_KEPT);
}
