import { describe, expect, it } from 'vitest';
import type { QueryResult } from '../../src/api/types';
import { Ring } from '../../src/lib/ring';
import { downsample, fromHistory, fromRing, joined } from '../../src/lib/throughput';

const answer = (series: [number, number | null][][], step = 10): QueryResult => ({
  from: 0,
  to: 100,
  step,
  series: series.map((points) => ({ labels: {}, points })),
  annotations: [],
});

describe('fromHistory', () => {
  it('adds label sets up moment by moment', () => {
    const d = fromHistory(
      [
        answer([
          [
            [0, 1],
            [10, 2],
          ],
          [
            [0, 3],
            [10, null],
          ],
        ]),
      ],
      0,
      10,
    );
    expect(d.v).toEqual([[4, 2]]);
  });
  it('keeps a gap where no label set knows anything', () => {
    expect(
      fromHistory(
        [
          answer([
            [
              [0, 1],
              [10, null],
              [20, 3],
            ],
          ]),
        ],
        0,
        20,
      ).v[0],
    ).toEqual([1, null, 3]);
  });
  it('makes a gap of steps that are missing altogether', () => {
    const d = fromHistory(
      [
        answer([
          [
            [0, 1],
            [50, 2],
          ],
        ]),
      ],
      0,
      50,
    );
    expect(d.t).toEqual([0, 10, 50]);
    expect(d.v[0]).toEqual([1, null, 2]);
  });
  it('lines up two answers with different moments', () => {
    const d = fromHistory(
      [
        answer([
          [
            [0, 1],
            [10, 1],
          ],
        ]),
        answer([
          [
            [10, 5],
            [20, 5],
          ],
        ]),
      ],
      0,
      20,
    );
    expect(d.t).toEqual([0, 10, 20]);
    expect(d.v).toEqual([
      [1, 1, null],
      [null, 5, 5],
    ]);
  });
});

describe('fromRing', () => {
  it('takes the window and nothing after it', () => {
    const ring = new Ring();
    ring.describe([{ key: 'x', unit: '' }]);
    for (let t = 0; t < 200; t++) ring.push(t, [t]);
    const d = fromRing(ring, ['x'], 50, 100);
    expect([d.t[0], d.t.at(-1), d.v[0]!.length]).toEqual([50, 100, 51]);
    expect(d.v[0]!.at(-1)).toBe(100);
  });
});

describe('downsample', () => {
  it('gives few rows, newest first, and means of what is known', () => {
    const rows = downsample({ t: [0, 1, 2, 3], v: [[1, 3, null, 7]], from: 0, to: 3 }, 2);
    expect(rows).toEqual([
      { t: 2, values: [7] },
      { t: 0, values: [2] },
    ]);
  });
});

describe('joined', () => {
  const live = { t: [100, 101], v: [[5, 6]], from: 60, to: 101 };
  const older = { t: [50, 60, 70, 80, 90], v: [[0, 1, 2, null, 4]], from: 50, to: 100 };
  it('puts history before the live hour, without the step in which that begins', () => {
    expect(joined(older, live)).toEqual({ t: [60, 70, 80, 100, 101], v: [[1, 2, null, 5, 6]], from: 60, to: 101 });
  });
  it('is the live hour alone where there is nothing older', () => {
    expect(joined(null, live)).toBe(live);
  });
});
