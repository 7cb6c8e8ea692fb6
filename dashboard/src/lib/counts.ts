import type { QueryResult } from '../api/types';
import type { Value } from './ring';

/**
 * The one way to a count for a range: the server says what the counters grew in it. `before` is what they were when the range
 * began, so that a live total goes on from there. Pure.
 */
export type Count = { increase: number; before: number };

export function countOf({ series }: QueryResult): Count {
  const sum = (key: 'increase' | 'total') => series.reduce((all, s) => all + (s[key] ?? 0), 0);
  return { increase: sum('increase'), before: sum('total') - sum('increase') };
}

/** With what the live total grew since the answer. */
export const countNow = (count: Count | null, total: Value): Value =>
  count === null ? null : total === null ? count.increase : Math.max(count.increase, total - count.before);
