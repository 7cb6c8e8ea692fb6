import { describe, expect, it } from 'vitest';
import { KEEP_SECONDS, Ring, summarise, trailingMean } from '../../src/lib/ring';

const SERIES = [
  { key: 'a', unit: 'count' },
  { key: 'b', unit: 'count' },
];
function ring(rows: [number, ...(number | null)[]][]) {
  const r = new Ring();
  r.describe(SERIES);
  for (const [t, ...v] of rows) r.push(t, v);
  return r;
}

describe('Ring', () => {
  it('keeps rows in order and ignores repeats, so that a replay is safe', () => {
    const r = ring([
      [1, 10, 20],
      [2, 11, 21],
    ]);
    expect(r.push(2, [99, 99])).toBe(false);
    expect(r.push(1.5, [99, 99])).toBe(false);
    expect(r.t).toEqual([1, 2]);
    expect(r.latest('a')).toBe(11);
  });
  it('puts a row of nulls into a hole in time', () => {
    const r = ring([
      [1, 10, 20],
      [10, 11, 21],
    ]);
    expect(r.t).toEqual([1, 2, 10]);
    expect(r.column('a')).toEqual([10, null, 11]);
  });
  it('does not call one late second a hole', () => {
    expect(
      ring([
        [1, 1, 1],
        [3.2, 2, 2],
      ]).t,
    ).toEqual([1, 3.2]);
  });
  it('stores what is not a number as unknown', () => {
    expect(ring([[1, NaN, null]]).column('a')).toEqual([null]);
  });
  it('forgets what is older than an hour, in blocks', () => {
    const r = new Ring();
    r.describe(SERIES);
    for (let t = 0; t <= KEEP_SECONDS * 2; t++) r.push(t, [t, t]);
    expect(r.t[0]).toBeGreaterThanOrEqual(KEEP_SECONDS - 300);
    expect(r.t.length).toBeLessThanOrEqual(KEEP_SECONDS + 302);
    expect(r.column('b').length).toBe(r.t.length);
  });
  it('keeps columns aligned when the server adds a series', () => {
    const r = ring([[1, 10, 20]]);
    r.describe([
      { key: 'b', unit: '' },
      { key: 'c', unit: '' },
    ]);
    r.push(2, [21, 31]);
    expect(r.column('a')).toEqual([10, null]);
    expect(r.column('b')).toEqual([20, 21]);
    expect(r.column('c')).toEqual([null, 31]);
  });
  it('finds the first row at or after a time', () => {
    const r = ring([
      [1, 0, 0],
      [2, 0, 0],
      [3, 0, 0],
    ]);
    expect([0, 1, 1.5, 3, 4].map((t) => r.indexFrom(t))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('trailingMean', () => {
  const t = [1, 2, 3, 4, 5, 6];
  it('averages the seconds behind each row', () => {
    expect(trailingMean(t, [0, 4, 0, 4, 0, 4], 2)).toEqual([0, 2, 2, 2, 2, 2]);
  });
  it('looks behind its first row', () => {
    expect(trailingMean(t, [0, 4, 0, 4, 0, 4], 2, 3)).toEqual([2, 2, 2]);
  });
  it('does not carry values across a gap', () => {
    expect(trailingMean(t, [8, 8, null, 2, 2, 2], 2)).toEqual([8, 8, null, 2, 2, 2]);
  });
  it('waits until half of the span is known', () => {
    expect(trailingMean(t, [6, 6, 6, 6, 6, 6], 6)).toEqual([null, null, 6, 6, 6, 6]);
  });
});

describe('summarise', () => {
  it('ignores the unknown', () => {
    expect(summarise([null, 3, 1, null, 2])).toEqual({ min: 1, max: 3, mean: 2, first: 3, last: 2 });
  });
  it('has no answer for nothing', () => {
    expect(summarise([null])).toBeNull();
  });
});
