import type { Value } from './ring';

/** Turns a slice of the ring into the few points a sparkline can show. All pure; geometry in the units of the viewBox. */

/** `coverage`: which part of the bucket's seconds were seen, 0 to 1. */
export type Bucket = { value: Value; coverage: number };

/**
 * `count` buckets that end with the newest row. Bucket edges are multiples of the bucket width in absolute time, so that a
 * live sparkline slides instead of shimmering. `pick` says what a bucket shows.
 */
export function buckets(
  t: readonly number[],
  v: readonly Value[],
  seconds: number,
  count: number,
  pick: 'mean' | 'max' | 'increase' = 'mean',
): Bucket[] {
  const out: Bucket[] = Array.from({ length: count }, () => ({ value: null, coverage: 0 }));
  const end = t.at(-1);
  if (end === undefined) return out;
  const width = seconds / count;
  const lastEdge = Math.floor(end / width);
  const sums = new Array<number>(count).fill(0);
  const ns = new Array<number>(count).fill(0);
  let previous: Value = null;
  for (let i = firstIndex(t, (lastEdge - count + 1) * width); i < t.length; i++) {
    const slot = Math.floor(t[i]! / width) - lastEdge + count - 1;
    const x = v[i] ?? null;
    const b = out[slot];
    if (b && x !== null) {
      ns[slot]!++;
      b.coverage = Math.min(1, ns[slot]! / Math.max(1, (slot === count - 1 ? end - lastEdge * width : width) - 1));
      if (pick === 'mean') sums[slot]! += x;
      else if (pick === 'max') sums[slot] = Math.max(ns[slot] === 1 ? -Infinity : sums[slot]!, x);
      else sums[slot]! += previous === null ? 0 : Math.max(0, x - previous);
      b.value = pick === 'mean' ? sums[slot]! / ns[slot]! : sums[slot]!;
    }
    previous = x ?? previous;
  }
  return out;
}

function firstIndex(t: readonly number[], from: number) {
  let lo = 0;
  let hi = t.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (t[mid]! < from) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

export type SparkShape = { line: string; area: string; end: { x: number; y: number } | null };

/** `zero`: the baseline is 0 (rates, usage). Otherwise the line fills the height, but small wobble stays small. */
export function sparkShape(values: readonly Value[], w: number, h: number, zero: boolean): SparkShape {
  const known = values.filter((v): v is number => v !== null);
  if (!known.length) return { line: '', area: '', end: null };
  let lo = zero ? 0 : Math.min(...known);
  let hi = Math.max(...known);
  // A flat line sits low for a zero baseline and in the middle otherwise; one percent of wobble must not look like a storm.
  const least = Math.max(Math.abs(hi) * (zero ? 0.05 : 0.04), 1e-9);
  if (hi - lo < least) {
    const pad = (least - (hi - lo)) / 2;
    if (!zero) lo -= pad;
    hi += zero ? least : pad;
  }
  const pad = 3;
  const x = (i: number) => round((i * w) / Math.max(1, values.length - 1));
  const y = (v: number) => round(h - pad - ((v - lo) / (hi - lo)) * (h - 2 * pad));
  let line = '';
  let area = '';
  let end: SparkShape['end'] = null;
  let start = -1;
  values.forEach((v, i) => {
    if (v === null) return;
    if (start < 0) {
      start = i;
      line += `M${x(i)} ${y(v)}`;
      area += `M${x(i)} ${h}L${x(i)} ${y(v)}`;
    } else {
      line += `L${x(i)} ${y(v)}`;
      area += `L${x(i)} ${y(v)}`;
    }
    end = { x: x(i), y: y(v) };
    if (i + 1 === values.length || values[i + 1] === null) {
      if (start === i) line += 'h0';
      area += `L${x(i)} ${h}Z`;
      start = -1;
    }
  });
  return { line, area, end };
}

const round = (n: number) => Math.round(n * 10) / 10;
