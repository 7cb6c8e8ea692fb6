import { describe, expect, it } from 'vitest';
import { createFormat, NIL, timeOfDay, timestamp, zoneName } from '../../src/lib/format';

const f = createFormat('en-US');

describe('count', () => {
  it('is written in full below ten thousand and compact above', () => {
    expect(f.count(9412)).toBe('9,412');
    expect(f.count(20_100)).toBe('20.1K');
    expect(f.count(-12_345)).toBe('-12.3K');
  });
  it('follows the locale', () => {
    expect(createFormat('de-DE').count(12_345)).toBe('12.345');
  });
  it('is a dash when unknown, never a zero', () => {
    for (const n of [null, undefined, NaN, Infinity]) expect(f.count(n)).toBe(NIL);
  });
  it('has a long form for where there is room', () => {
    expect(f.tally(48_212)).toBe('48,212');
    expect(f.tally(12_000_000)).toBe('12M');
  });
});

describe('bytes', () => {
  it('uses powers of 1024 and three digits', () => {
    expect(f.bytes(512)).toBe('512 B');
    expect(f.bytes(86_717_235)).toBe('82.7 MiB');
    expect(f.bytes(1024)).toBe('1.00 KiB');
    expect(f.bytes(3 * 1024 ** 3)).toBe('3.00 GiB');
  });
  it('never says 1024 of a unit', () => {
    expect(f.bytes(1024 * 1024 - 1)).toBe('1.00 MiB');
  });
});

describe('duration', () => {
  it('shows the two largest units', () => {
    expect(f.duration(95)).toBe('1m 35s');
    expect(f.duration(3 * 86_400 + 4 * 3600 + 59)).toBe('3d 4h');
    expect(f.duration(0.4)).toBe('0s');
  });
  it('leaves a zero unit out instead of skipping to a smaller one', () => {
    expect(f.duration(86_400 + 61)).toBe('1d');
    expect(f.duration(3600)).toBe('1h');
  });
  it('never goes below zero', () => {
    expect(f.duration(-5)).toBe('0s');
  });
});

describe('latency', () => {
  it('changes the unit with the size', () => {
    expect(f.latency(0.25)).toBe('250 \u00b5s');
    expect(f.latency(3.14)).toBe('3.1 ms');
    expect(f.latency(340)).toBe('340 ms');
    expect(f.latency(1234)).toBe('1.23 s');
    expect(f.latency(95_000)).toBe('1m 35s');
  });
  it('does not round across a unit', () => {
    expect(f.latency(999.7)).toBe('1.00 s');
    expect(f.latency(0.9999)).toBe('1.0 ms');
  });
});

describe('rate', () => {
  it('is per second from one on and per minute below', () => {
    expect(f.rate(27.5)).toBe('27.5/s');
    expect(f.rate(0.5)).toBe('30.0/min');
    expect(f.rate(1200)).toBe('1.2K/s');
  });
  it('is zero only for nothing at all', () => {
    expect(f.rate(0)).toBe('0/s');
    expect(f.rate(0.00001)).toBe('<0.1/min');
  });
  it('keeps one unit on an axis', () => {
    expect([0.5, 1].map((v) => f.axisRate(v, 1))).toEqual(['30/min', '60/min']);
    expect([10, 20].map((v) => f.axisRate(v, 20))).toEqual(['10/s', '20/s']);
  });
});

describe('share and percent', () => {
  it('show what is tiny as tiny, not as zero', () => {
    expect(f.share(7, 1000)).toBe('0.7%');
    expect(f.share(1, 10_000)).toBe('<0.1%');
    expect(f.percent(0.01)).toBe('<0.1%');
  });
  it('have no answer without a whole', () => {
    expect(f.share(0, 0)).toBe(NIL);
    expect(f.share(1, null)).toBe(NIL);
  });
  it('allow more than a core', () => {
    expect(f.percent(150)).toBe('150%');
  });
});

describe('time', () => {
  const t = Date.UTC(2025, 10, 23, 21, 8, 53) / 1000;
  it('says how long ago', () => {
    expect(f.ago(t - 3 * 3600, t)).toBe('3 hr. ago');
    expect(f.ago(t - 90_000, t)).toBe('yesterday');
    expect(f.ago(null, t)).toBe(NIL);
  });
  it('writes the month as a word, 24 hours, and the zone', () => {
    expect(timestamp(t, 'utc')).toBe('23 Nov 21:08:53 UTC');
    expect(timeOfDay(t, 'utc', false)).toBe('21:08');
    expect(zoneName(t, 'utc')).toBe('UTC');
  });
});
