/**
 * The requests that count toward the limit of ten in ten minutes, for sources that replace one another. The bindings'
 * hooks pass one to all their sources, as a second constructor argument that is not in the public types.
 */
export interface Budget {
  /**
   * When they were sent (`performance.now()`), oldest first: the latest {@link MAX_KEPT} of them. Renewals that
   * succeeded are not included.
   */
  requests: number[];
}

const MAX_KEPT = 10;

export function spend(budget: Budget, at: number): void {
  budget.requests = [...budget.requests, at].slice(-MAX_KEPT);
}
