import { describe, expect, it } from 'vitest';
import { filterRows, inOrder, nextSort, readSort, sortRows, writeSort, type Column } from '../../src/lib/table';

type Row = { id: string; n: number | null };
const columns: Column<Row>[] = [
  { key: 'id', label: 'Id', value: (r) => r.id },
  { key: 'n', label: 'N', numeric: true, value: (r) => r.n },
];
const rows: Row[] = [
  { id: 'b', n: 2 },
  { id: 'a', n: null },
  { id: 'd', n: 9 },
  { id: 'c', n: 2 },
];
const order = (sort: { key: string; descending: boolean }) =>
  sortRows(rows, columns, sort, (r) => r.id)
    .map((r) => r.id)
    .join('');

describe('sortRows', () => {
  it('sorts by a column, ties by name', () => {
    expect(order({ key: 'n', descending: true })).toBe('dbca');
    expect(order({ key: 'id', descending: false })).toBe('abcd');
  });
  it('puts the unknown last in both directions', () => {
    expect(order({ key: 'n', descending: false })).toBe('bcda');
    expect(order({ key: 'n', descending: true }).at(-1)).toBe('a');
  });
  it('leaves its input alone', () => {
    const before = [...rows];
    order({ key: 'n', descending: true });
    expect(rows).toEqual(before);
  });
});

describe('sort in the URL', () => {
  const fallback = { key: 'id', descending: false };
  it('reads what it wrote and nothing else', () => {
    for (const s of [{ key: 'n', descending: true }, fallback])
      expect(readSort(writeSort(s), columns, fallback)).toEqual(s);
    expect(readSort('-nonsense', columns, fallback)).toBe(fallback);
    expect(readSort(null, columns, fallback)).toBe(fallback);
  });
  it('turns round on a second press and starts with most for numbers', () => {
    expect(nextSort(fallback, 'n', true)).toEqual({ key: 'n', descending: true });
    expect(nextSort({ key: 'n', descending: true }, 'n', true)).toEqual({ key: 'n', descending: false });
  });
});

describe('filterRows', () => {
  it('wants every word, in any case and place', () => {
    const names = (q: string) =>
      filterRows([{ id: 'music play' }, { id: 'music skip' }], q, (r) => [`/${r.id}`]).length;
    expect(names('PLAY mus')).toBe(1);
    expect(names('/music')).toBe(2);
    expect(names('  ')).toBe(2);
    expect(names('quiz')).toBe(0);
  });
});

describe('inOrder', () => {
  it('keeps a remembered order and appends what is new', () => {
    const fresh = [...rows, { id: 'e', n: 100 }];
    expect(
      inOrder(fresh, ['c', 'a', 'b', 'd'], (r) => r.id)
        .map((r) => r.id)
        .join(''),
    ).toBe('cabde');
  });
});
