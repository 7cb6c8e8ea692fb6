import { describe, expect, it } from 'vitest';
import { countNow, countOf } from '../../src/lib/counts';

const answer = (series: { increase: number; total: number }[]) => ({
  from: 0,
  to: 900,
  step: 900,
  series: series.map((s) => ({ labels: {}, points: [] as [number, number | null][], ...s })),
  annotations: [],
});

describe('countOf', () => {
  it('adds up what the server counted', () => {
    expect(countOf(answer([{ increase: 4, total: 1004 }, { increase: 1, total: 1 }]))).toEqual({ increase: 5, before: 1000 }); // prettier-ignore
    expect(countOf(answer([]))).toEqual({ increase: 0, before: 0 });
  });
});

describe('countNow', () => {
  it('goes on with the live total', () => {
    const count = { increase: 5, before: 1000 };
    expect(countNow(count, 1005)).toBe(5);
    expect(countNow(count, 1009)).toBe(9);
  });
  it('falls back to the answer, and to unknown', () => {
    expect(countNow({ increase: 5, before: 1000 }, null)).toBe(5);
    expect(countNow({ increase: 5, before: 1000 }, 1000)).toBe(5);
    expect(countNow(null, 1005)).toBeNull();
  });
});
