import { describe, expect, it } from 'vitest';
import { buckets, sparkShape } from '../../src/lib/spark';

const seconds = (n: number, f: (i: number) => number | null) => ({
  t: Array.from({ length: n }, (_, i) => 1000 + i),
  v: Array.from({ length: n }, (_, i) => f(i)),
});

describe('buckets', () => {
  it('end with the newest row and are empty where nothing is known', () => {
    const { t, v } = seconds(20, () => 5);
    const b = buckets(t, v, 40, 4);
    expect(b.map((x) => x.value)).toEqual([null, null, 5, 5]);
  });
  it('can show means, peaks and growth', () => {
    const { t, v } = seconds(20, (i) => i);
    expect(buckets(t, v, 20, 2).map((x) => x.value)).toEqual([4.5, 14.5]);
    expect(buckets(t, v, 20, 2, 'max').map((x) => x.value)).toEqual([9, 19]);
    expect(buckets(t, v, 20, 2, 'increase').map((x) => x.value)).toEqual([9, 10]);
  });
  it('count no fall of a lifetime total as growth', () => {
    const { t, v } = seconds(10, (i) => (i < 5 ? 100 : 50));
    expect(buckets(t, v, 10, 1, 'increase')[0]!.value).toBe(0);
  });
  it('have edges in absolute time, so that a sparkline slides', () => {
    const { t, v } = seconds(30, (i) => i);
    const before = buckets(t.slice(0, 25), v.slice(0, 25), 30, 3).map((x) => x.value);
    const after = buckets(t, v, 30, 3).map((x) => x.value);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  });
  it('say how much of a bucket was seen', () => {
    const { t, v } = seconds(20, (i) => (i >= 5 && i < 10 ? null : 1));
    const [first, second] = buckets(t, v, 20, 2);
    expect(first!.coverage).toBeLessThan(0.7);
    expect(second!.coverage).toBe(1);
  });
});

describe('sparkShape', () => {
  it('breaks the line at a gap', () => {
    expect(sparkShape([1, 2, null, 3, 4], 100, 40, true).line.match(/M/g)).toHaveLength(2);
  });
  it('ends with the last known point', () => {
    expect(sparkShape([1, 2, null], 100, 40, true).end?.x).toBe(50);
  });
  it('keeps small wobble small', () => {
    const { line } = sparkShape([1000, 1001, 1000], 100, 40, false);
    const ys = [...line.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((m) => Number(m[1]));
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(4);
  });
  it('draws nothing for nothing', () => {
    expect(sparkShape([null, null], 100, 40, true)).toEqual({ line: '', area: '', end: null });
  });
});
