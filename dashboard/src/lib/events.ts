import type { QueryResult } from '../api/types';
import type { Bucket } from './spark';
import type { Column } from './table';

/** Gateway events of a span by type. Pure. */

export type EventRow = { type: string; count: number; mean: number; peak: number; trend: Bucket[] };

/** About as many steps as a sparkline has points, whole history ticks each. */
export const trendStep = (span: number) => Math.max(10, Math.ceil(span / 60 / 10) * 10);

/** The count is the server's. Steps are rates, for the trend; one without data is a gap. */
export function eventRows({ series }: QueryResult): EventRow[] {
  return series.map(({ labels, points, increase = 0, seconds = 0 }) => {
    const known = points.map(([, v]) => v).filter((v): v is number => v !== null);
    return {
      type: labels.type ?? '',
      count: increase,
      mean: seconds > 0 ? increase / seconds : 0,
      peak: Math.max(0, ...known),
      trend: points.map(([, value]) => ({ value, coverage: value === null ? 0 : 1 })),
    };
  });
}

export const EVENT_COLUMNS: Column<EventRow>[] = [
  { key: 'type', label: 'Type', value: (e) => e.type },
  { key: 'count', label: 'Events', numeric: true, title: 'In the chosen time', value: (e) => e.count },
  { key: 'mean', label: 'Rate', numeric: true, title: 'Mean over the chosen time', value: (e) => e.mean },
  { key: 'peak', label: 'Peak', numeric: true, wide: true, title: 'Busiest step', value: (e) => e.peak },
  { key: 'trend', label: 'Trend', wide: true, value: (e) => e.mean },
];
export const EVENT_CSV = ['type', 'count', 'mean_per_second', 'peak_per_second'];
export const eventCsv = (e: EventRow) => [e.type, e.count, e.mean, e.peak];
