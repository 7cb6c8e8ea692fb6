import { describe, expect, it } from 'vitest';
import { eventRows, trendStep } from '../../src/lib/events';

describe('eventRows', () => {
  const answer = (points: [number, number | null][]) => ({
    from: 0,
    to: 30,
    step: 10,
    series: [{ labels: { type: 'MESSAGE_CREATE' }, points }],
    annotations: [],
  });
  it('turns rates of steps into counts, a mean and a peak', () => {
    const [row] = eventRows(answer([[0, 1], [10, 3], [20, 2]])); // prettier-ignore
    expect(row).toMatchObject({ type: 'MESSAGE_CREATE', count: 60, mean: 2, peak: 3 });
  });
  it('counts nothing for a gap and keeps it a gap', () => {
    const [row] = eventRows(answer([[0, null], [10, 3], [20, null]])); // prettier-ignore
    expect(row).toMatchObject({ count: 30, mean: 3 });
    expect(row!.trend.map((b) => b.value)).toEqual([null, 3, null]);
  });
});

describe('trendStep', () => {
  it('is a whole number of history ticks, some sixty of them in a span', () => {
    expect(trendStep(300)).toBe(10);
    expect(trendStep(900)).toBe(20);
    expect(trendStep(86_400)).toBe(1440);
  });
});
