import { describe, expect, it } from 'vitest';
import { mergeRows } from '../../src/lib/load';

describe('mergeRows', () => {
  const rows = [
    { id: 'a', n: 1 },
    { id: 'b', n: 2 },
  ];
  it('replaces what changed, in place, and appends what is new', () => {
    const merged = mergeRows(
      rows,
      [
        { id: 'c', n: 3 },
        { id: 'a', n: 9 },
      ],
      (r) => r.id,
    );
    expect(merged).toEqual([
      { id: 'a', n: 9 },
      { id: 'b', n: 2 },
      { id: 'c', n: 3 },
    ]);
    expect(merged[1]).toBe(rows[1]);
  });
  it('gives the same array when nothing changed', () => {
    expect(mergeRows(rows, [], (r) => r.id)).toBe(rows);
  });
});
