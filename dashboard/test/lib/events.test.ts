import { describe, expect, it } from 'vitest';
import { eventRows, trendStep } from '../../src/lib/events';

describe('eventRows', () => {
  const answer = (points: [number, number | null][], more: { increase: number; seconds: number }) => ({
    from: 0,
    to: 25,
    step: 10,
    series: [{ labels: { type: 'MESSAGE_CREATE' }, points, ...more }],
    annotations: [],
  });
  it('takes the count from the server and never works it out of rates', () => {
    const [row] = eventRows(answer([[0, 1], [10, 3], [20, 2]], { increase: 14, seconds: 7 })); // prettier-ignore
    expect(row).toMatchObject({ type: 'MESSAGE_CREATE', count: 14, mean: 2, peak: 3 });
  });
  it('keeps a gap a gap', () => {
    const [row] = eventRows(answer([[0, null], [10, 3], [20, null]], { increase: 30, seconds: 0 })); // prettier-ignore
    expect(row).toMatchObject({ count: 30, mean: 0 });
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
