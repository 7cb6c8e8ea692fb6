import { describe, expect, it } from 'vitest';
import { bounds, isLive, rangeParams, readRange, shift, spanOf, stepFor, windowOf } from '../../src/lib/range';

const params = (s: string) => new URLSearchParams(s);
const NOW = 1_764_000_000;

describe('readRange', () => {
  it('reads a preset, a window, or falls back', () => {
    expect(readRange(params('range=6h'), '15m')).toEqual({ kind: 'preset', key: '6h' });
    expect(readRange(params('from=100&to=400'), '15m')).toEqual({ kind: 'window', from: 100, to: 400 });
    expect(readRange(params(''), '1h')).toEqual({ kind: 'preset', key: '1h' });
  });
  it.each(['range=2y', 'from=5&to=1', 'from=x&to=9', 'from=1'])('does not trust %s', (query) => {
    expect(readRange(params(query), '15m')).toEqual({ kind: 'preset', key: '15m' });
  });
  it('reads back what rangeParams wrote', () => {
    for (const r of [readRange(params('range=7d'), '15m'), windowOf(1000, 2000)!]) {
      const written = Object.entries(rangeParams(r)).filter((e): e is [string, string] => e[1] !== null);
      expect(readRange(new URLSearchParams(written), '15m')).toEqual(r);
    }
  });
});

describe('windowOf', () => {
  it('widens a tiny drag to ten seconds', () => {
    expect(spanOf(windowOf(100, 102)!)).toBeGreaterThanOrEqual(10);
  });
});

describe('isLive', () => {
  it('holds for what the ring holds', () => {
    expect(isLive({ kind: 'preset', key: '1h' })).toBe(true);
    expect(isLive({ kind: 'preset', key: '6h' })).toBe(false);
    expect(isLive({ kind: 'window', from: 0, to: 60 })).toBe(false);
  });
});

describe('shift', () => {
  it('goes half a range back and returns to the live preset', () => {
    const back = shift({ kind: 'preset', key: '15m' }, -1, NOW);
    expect(bounds(back, NOW)).toEqual([NOW - 1350, NOW - 450]);
    expect(shift(back, 1, NOW)).toEqual({ kind: 'preset', key: '15m' });
  });
  it('never goes past now', () => {
    const r = shift({ kind: 'window', from: NOW - 700, to: NOW - 20 }, 1, NOW);
    expect(bounds(r, NOW)[1]).toBe(NOW);
  });
});

describe('stepFor', () => {
  it.each([
    [3600, 10],
    [21_600, 10],
    [86_400, 60],
    [604_800, 600],
    [2_592_000, 3600],
    [31_536_000, 86_400],
  ])('asks for a span of %i s in steps of %i s', (span, step) => expect(stepFor(span)).toBe(step));
});
