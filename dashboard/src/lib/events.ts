import type { QueryResult } from '../api/types';
import type { Bucket } from './spark';
import type { Column } from './table';

/** Gateway events of a span by type. Pure. */

export type EventRow = { type: string; count: number; mean: number; peak: number; trend: Bucket[] };

/** About as many steps as a sparkline has points, whole history ticks each. */
export const trendStep = (span: number) => Math.max(10, Math.ceil(span / 60 / 10) * 10);

/** Rates of each step become counts; a step without data is a gap and counts nothing. */
export function eventRows({ series, step }: QueryResult): EventRow[] {
  return series.map(({ labels, points }) => {
    const known = points.map(([, v]) => v).filter((v): v is number => v !== null);
    const sum = known.reduce((a, b) => a + b, 0);
    return {
      type: labels.type ?? '',
      count: Math.round(sum * step),
      mean: known.length ? sum / known.length : 0,
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
