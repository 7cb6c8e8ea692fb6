import { describe, expect, it } from 'vitest';
import { laneScale, laneSpan, niceTop } from '../../src/lib/lanes';

describe('laneSpan', () => {
  it('gives one lane everything', () => {
    expect(laneSpan(0, 1)).toEqual([0, 1]);
  });
  it.each([2, 3])('stacks %i lanes from the top to the bottom without overlap', (count) => {
    const spans = Array.from({ length: count }, (_, i) => laneSpan(i, count));
    expect(spans[0]![1]).toBe(1);
    expect(spans.at(-1)![0]).toBeCloseTo(0);
    for (let i = 1; i < count; i++) expect(spans[i]![1]).toBeLessThan(spans[i - 1]![0]);
  });
});

describe('laneScale', () => {
  it('puts zero and top of a lane onto its span', () => {
    const [min, max] = laneScale(1, 2, 10);
    const at = (v: number) => (v - min) / (max - min);
    expect(at(0)).toBeCloseTo(laneSpan(1, 2)[0]);
    expect(at(10)).toBeCloseTo(laneSpan(1, 2)[1]);
  });
});

describe('niceTop', () => {
  it('is round and never below the data', () => {
    for (const max of [1, 1.2, 3.4, 9.9, 17, 101, 9999]) expect(niceTop(max)).toBeGreaterThanOrEqual(max);
    expect(niceTop(17)).toBe(20);
    expect(niceTop(0)).toBe(1);
  });
  it('is round per minute below one a second', () => {
    expect(niceTop(0.2) * 60).toBeCloseTo(20);
    expect(niceTop(0.9)).toBe(1);
  });
});
