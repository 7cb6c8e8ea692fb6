import type { QueryResult } from '../api/types';
import { trailingMean, type Ring, type Value } from './ring';
import { smoothingFor } from './range';

/** Data of the throughput chart: events and commands per second, from the live ring or from history. Pure. */

export type ChartData = { t: number[]; v: Value[][]; from: number; to: number };

export function fromRing(ring: Ring, keys: readonly string[], from: number, to: number): ChartData {
  const start = ring.indexFrom(from);
  const end = ring.indexFrom(to + 0.001);
  const mean = smoothingFor(to - from);
  return {
    t: ring.t.slice(start, end),
    v: keys.map((key) => trailingMean(ring.t, ring.column(key), mean, start).slice(0, end - start)),
    from,
    to,
  };
}

/** Adds the label sets of one answer up, moment by moment; a moment that no label set knows is a gap. */
export function sumSeries(result: QueryResult): Map<number, Value> {
  const sums = new Map<number, Value>();
  for (const { points } of result.series) {
    for (const [t, v] of points) {
      const before = sums.get(t) ?? null;
      sums.set(t, v === null ? before : (before ?? 0) + v);
    }
  }
  return sums;
}

export function fromHistory(results: readonly QueryResult[], from: number, to: number): ChartData {
  const columns = results.map(sumSeries);
  const step = Math.max(...results.map((r) => r.step), 1);
  const known = [...new Set(columns.flatMap((c) => [...c.keys()]))].sort((a, b) => a - b);
  // A missing step is a gap too, whether or not the server spelled it out.
  const t: number[] = [];
  for (const x of known) {
    const last = t.at(-1);
    if (last !== undefined && x - last > step * 1.5) t.push(last + step);
    t.push(x);
  }
  return { t, v: columns.map((c) => t.map((x) => c.get(x) ?? null)), from, to };
}

/** What history knows from before the live hour begins, and then the live hour: after a restart no range is empty. */
export function joined(older: ChartData | null, live: ChartData): ChartData {
  const begins = live.t[0];
  if (!older || begins === undefined) return live;
  const n = older.t.filter((t) => t >= live.from && t < begins - 10).length;
  const skip = older.t.filter((t) => t < live.from).length;
  const before = <T>(all: readonly T[]) => all.slice(skip, skip + n);
  return { ...live, t: [...before(older.t), ...live.t], v: live.v.map((v, i) => [...before(older.v[i] ?? []), ...v]) };
}

export type TableRow = { t: number; values: Value[] };

/** At most `count` rows for the table beside a chart: means of equal spans, newest first. */
export function downsample({ t, v }: ChartData, count: number): TableRow[] {
  if (!t.length) return [];
  const per = Math.max(1, Math.ceil(t.length / count));
  const rows: TableRow[] = [];
  for (let end = t.length; end > 0; end -= per) {
    const start = Math.max(0, end - per);
    const values = v.map((column) => {
      const known = column.slice(start, end).filter((x): x is number => x !== null);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
    });
    rows.push({ t: t[start]!, values });
  }
  return rows;
}
