import type { InteractionType, Rest, RestRoute } from '../api/types';
import type { CsvCell } from './csv';
import type { Column } from './table';

/** What the page of Discord's API says about limits. Pure. */

/** How much of its limit the fullest bucket of a route has used, 0 to 1; null until Discord has named a limit. */
export const used = ({ limit }: RestRoute) =>
  limit && limit.limit > 0 ? 1 - Math.min(limit.remaining, limit.limit) / limit.limit : null;

export const ROUTE_COLUMNS: Column<RestRoute>[] = [
  { key: 'route', label: 'Route', value: (r) => r.route },
  {
    key: 'requests',
    label: 'Requests',
    numeric: true,
    title: 'Since the data directory was created',
    value: (r) => r.requests,
  },
  {
    key: 'failed',
    label: 'Failed',
    numeric: true,
    title: 'Answered with 4xx or 5xx, or not at all',
    value: (r) => r.failed,
  },
  {
    key: 'limited',
    label: '429',
    numeric: true,
    title: 'Refused because a limit was reached',
    value: (r) => r.limited,
  },
  {
    key: 'p50_ms',
    label: 'p50',
    numeric: true,
    title: 'Half of the answers took at most this long',
    value: (r) => r.p50_ms,
  },
  {
    key: 'p95_ms',
    label: 'p95',
    numeric: true,
    title: '95 of 100 answers took at most this long',
    value: (r) => r.p95_ms,
  },
  { key: 'limit', label: 'Limit used', numeric: true, title: 'Of the fullest bucket of the route', value: used },
  {
    key: 'waiting',
    label: 'Waiting',
    numeric: true,
    title: 'Requests that wait for the limit',
    value: (r) => r.limit?.waiting ?? null,
  },
];
export const ROUTE_CSV = [
  'route',
  'requests',
  'failed',
  'limited',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'bucket',
  'buckets',
  'limit',
  'remaining',
  'reset_in_s',
  'waiting',
];
export const routeCsv = (r: RestRoute): CsvCell[] => [
  r.route,
  r.requests,
  r.failed,
  r.limited,
  r.p50_ms,
  r.p95_ms,
  r.p99_ms,
  r.limit?.bucket ?? null,
  r.limit?.buckets ?? null,
  r.limit?.limit ?? null,
  r.limit?.remaining ?? null,
  r.limit?.reset_in_s ?? null,
  r.limit?.waiting ?? null,
];

/** Refusals by whose limit it was, most first, with the plugin that caused most of them. */
export function scopes({ limited }: Rest) {
  const sums = new Map<string, { count: number; plugin: string; most: number }>();
  for (const { scope, plugin, count } of limited) {
    const s = sums.get(scope) ?? { count: 0, plugin: '', most: 0 };
    sums.set(scope, {
      count: s.count + count,
      ...(count > s.most ? { plugin, most: count } : { plugin: s.plugin, most: s.most }),
    });
  }
  return [...sums].map(([scope, { count, plugin }]) => ({ scope, count, plugin })).sort((a, b) => b.count - a.count);
}

export const INTERACTION_COLUMNS: Column<InteractionType>[] = [
  { key: 'type', label: 'Type', value: (i) => i.type },
  { key: 'received', label: 'Received', numeric: true, value: (i) => i.received },
  {
    key: 'acknowledged',
    label: 'Acknowledged',
    numeric: true,
    title: 'In time: Discord gives up after 3 s',
    value: (i) => (i.received ? i.acknowledged / i.received : null),
  },
  {
    key: 'host',
    label: 'By the host',
    numeric: true,
    title: 'The plugin was silent for 2 s, so the host answered that it is thinking',
    value: (i) => i.acknowledged_by_host,
  },
  {
    key: 'ack_p50_ms',
    label: 'p50',
    numeric: true,
    title: 'Half were acknowledged within this time',
    value: (i) => i.ack_p50_ms,
  },
  {
    key: 'ack_p95_ms',
    label: 'p95',
    numeric: true,
    title: '95 of 100 were acknowledged within this time',
    value: (i) => i.ack_p95_ms,
  },
  { key: 'outcomes', label: 'Outcome', value: (i) => i.outcomes.done ?? 0 },
];
