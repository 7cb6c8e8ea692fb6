import { describe, expect, it } from 'vitest';
import { isoUtc, toCsv } from '../../src/lib/csv';

describe('toCsv', () => {
  it('quotes what needs quotes and leaves unknown empty', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,"y"', null],
          ['line\nbreak', 0.1],
        ],
      ),
    ).toBe('a,b\r\n"x,""y""",\r\n"line\nbreak",0.1\r\n');
  });
  it('does not let a text become a formula', () => {
    expect(toCsv(['a'], [['=1+1'], ['@cmd'], [-3]])).toBe("a\r\n'=1+1\r\n'@cmd\r\n-3\r\n");
  });
});

describe('isoUtc', () => {
  it('is UTC, with milliseconds only when there are some', () => {
    expect(isoUtc(1_764_000_000)).toBe('2025-11-24T16:00:00Z');
    expect(isoUtc(1_764_000_000.25)).toBe('2025-11-24T16:00:00.250Z');
  });
});
