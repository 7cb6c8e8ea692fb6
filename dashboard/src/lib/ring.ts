/**
 * The live hour: one column of time and one per series, appended in place. Trimmed in blocks, so that the path that
 * runs every second never copies an hour of data. Unknown is null. A hole in time gets a row of nulls, so that no
 * chart can draw a line across it.
 */

export const KEEP_SECONDS = 3600;
const TRIM_BLOCK = 300;
const GAP_SECONDS = 2.5;

export type Value = number | null;
export type SeriesInfo = { key: string; unit: string };

export class Ring {
  readonly t: number[] = [];
  private columns = new Map<string, Value[]>();
  private order: string[] = [];

  /** Declares the order of values in later rows. A changed order starts a new column for new keys only. */
  describe(series: SeriesInfo[]) {
    this.order = series.map((s) => s.key);
    for (const key of this.order) {
      if (!this.columns.has(key)) this.columns.set(key, new Array<Value>(this.t.length).fill(null));
    }
  }

  /** Appends one row, values in the declared order. Old and repeated rows are ignored: replay after a reconnect is safe. */
  push(t: number, values: readonly Value[]): boolean {
    const last = this.newest();
    if (last !== null && t <= last) return false;
    if (last !== null && t - last > GAP_SECONDS) this.append(last + 1, []);
    this.append(t, values);
    this.trim(t);
    return true;
  }

  /** Forgets every row; the order of values stays. */
  clear() {
    this.t.length = 0;
    for (const column of this.columns.values()) column.length = 0;
  }

  column(key: string): readonly Value[] {
    return this.columns.get(key) ?? [];
  }

  latest(key: string): Value {
    return this.column(key).at(-1) ?? null;
  }

  newest(): number | null {
    return this.t.at(-1) ?? null;
  }

  /** Index of the first row at or after `t`. */
  indexFrom(t: number): number {
    let lo = 0;
    let hi = this.t.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.t[mid]! < t) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  private append(t: number, values: readonly Value[]) {
    this.t.push(t);
    for (const [key, column] of this.columns) {
      const v = values[this.order.indexOf(key)];
      column.push(typeof v === 'number' && Number.isFinite(v) ? v : null);
    }
  }

  private trim(now: number) {
    if (now - this.t[0]! <= KEEP_SECONDS + TRIM_BLOCK) return;
    const n = this.indexFrom(now - KEEP_SECONDS);
    this.t.splice(0, n);
    for (const column of this.columns.values()) column.splice(0, n);
  }
}

/**
 * Mean of the values of the last `seconds` at each row from index `from` on. Null where the row is unknown, and after a gap
 * until half of the span has been seen: the mean of one second would be a spike that sets the scale.
 */
export function trailingMean(t: readonly number[], v: readonly Value[], seconds: number, from = 0): Value[] {
  const out: Value[] = [];
  let sum = 0;
  let n = 0;
  let tail = from;
  while (tail > 0 && t[tail - 1]! > t[from]! - seconds) tail--;
  for (let i = tail; i < t.length; i++) {
    const x = v[i] ?? null;
    if (x !== null) {
      sum += x;
      n++;
    } else {
      // What came before a gap says nothing about what comes after it.
      tail = i + 1;
      sum = n = 0;
    }
    for (; tail < i && t[tail]! <= t[i]! - seconds; tail++) {
      sum -= v[tail]!;
      n--;
    }
    if (i >= from) out.push(x === null || n * 2 < seconds ? null : Math.abs(sum) < 1e-9 ? 0 : sum / n);
  }
  return out;
}

export type Summary = { min: number; max: number; mean: number; first: number; last: number };

export function summarise(values: readonly Value[]): Summary | null {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let n = 0;
  let first = 0;
  let last = 0;
  for (const v of values) {
    if (v === null) continue;
    if (n === 0) first = v;
    last = v;
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
    n++;
  }
  return n ? { min, max, mean: sum / n, first, last } : null;
}
