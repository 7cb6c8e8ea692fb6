/** Sorting and filtering of table rows. Pure; what is unknown sorts last in both directions. */

export type Cell = string | number | null;
export type Sort = { key: string; descending: boolean };

export type Column<T> = {
  key: string;
  label: string;
  /** Said on hover and to screen readers, where the label alone is too short. */
  title?: string;
  numeric?: boolean;
  /** Left out on a narrow screen; the cell carries the class `wide`. */
  wide?: boolean;
  value: (row: T) => Cell;
};

export function readSort(text: string | null, columns: readonly { key: string }[], fallback: Sort): Sort {
  if (!text) return fallback;
  const descending = text.startsWith('-');
  const key = descending ? text.slice(1) : text;
  return columns.some((c) => c.key === key) ? { key, descending } : fallback;
}

export const writeSort = (s: Sort) => (s.descending ? '-' : '') + s.key;

/** A second press turns the order round; a new column starts with the end people look for: most first, or A first. */
export const nextSort = (s: Sort, key: string, numeric: boolean): Sort =>
  s.key === key ? { key, descending: !s.descending } : { key, descending: numeric };

export function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true, sensitivity: 'base' });
}

export function sortRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort,
  id: (row: T) => string,
): T[] {
  const column = columns.find((c) => c.key === sort.key);
  const tie = (a: T, b: T) => compareCells(id(a), id(b));
  if (!column) return [...rows].sort(tie);
  return [...rows].sort((a, b) => {
    const x = column.value(a);
    const y = column.value(b);
    if (x === null || y === null) return x === y ? tie(a, b) : x === null ? 1 : -1;
    const order = compareCells(x, y);
    return order === 0 ? tie(a, b) : sort.descending ? -order : order;
  });
}

/** Keeps rows where every word of the query occurs in some text. */
export function filterRows<T>(rows: readonly T[], query: string, texts: (row: T) => string[]): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [...rows];
  return rows.filter((row) => {
    const hay = texts(row).join('\n').toLowerCase();
    return words.every((w) => hay.includes(w));
  });
}

/** Rows in a remembered order; new rows go to the end. Keeps rows still under the pointer while their numbers move. */
export function inOrder<T>(rows: readonly T[], order: readonly string[], id: (row: T) => string): T[] {
  const place = new Map(order.map((key, i) => [key, i]));
  const at = (row: T) => place.get(id(row)) ?? Infinity;
  return [...rows].sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
}
