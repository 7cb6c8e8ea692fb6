import { describe, expect, it } from 'vitest';
import { connection } from '../../src/lib/connection';

describe('connection', () => {
  it('is live only while data is fresh', () => {
    expect(connection('live', 1, false)).toBe('live');
    expect(connection('live', 5, false)).toBe('reconnecting');
    expect(connection('live', 7, false)).toBe('disconnected');
  });
  it('is not lost at once when the stream drops for a moment', () => {
    expect(connection('reconnecting', 2, false)).toBe('live');
  });
  it('grants a polling page its half minute', () => {
    expect(connection('polling', 29, false)).toBe('polling');
    expect(connection('polling', 46, false)).toBe('disconnected');
  });
  it('does not hide a lost connection behind a pause', () => {
    expect(connection('live', 1, true)).toBe('paused');
    expect(connection('reconnecting', 60, true)).toBe('disconnected');
  });
  it('does not call a first load or a refill lost', () => {
    expect(connection('connecting', null, false)).toBe('connecting');
    expect(connection('connecting', 600, false)).toBe('connecting');
    expect(connection('reconnecting', null, false)).toBe('disconnected');
  });
});
