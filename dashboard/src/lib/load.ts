/** Where a panel's data stands. Old data is kept through a failed refresh: it is shown dimmed with its age instead. */
export type Load<T> = { state: 'loading' } | { state: 'error'; message: string } | { state: 'ready'; value: T };

export const LOADING = { state: 'loading' } as const;
export const ready = <T>(value: T): Load<T> => ({ state: 'ready', value });
export const failed = (message: string) => ({ state: 'error', message }) as const;
export const valueOf = <T>(l: Load<T>): T | null => (l.state === 'ready' ? l.value : null);

/** Rows with the changed ones replaced and new ones appended; the same array when nothing changed. */
export function mergeRows<T>(rows: T[], changed: readonly T[], id: (row: T) => string): T[] {
  if (!changed.length) return rows;
  const fresh = new Map(changed.map((row) => [id(row), row]));
  const merged = rows.map((row) => {
    const next = fresh.get(id(row));
    fresh.delete(id(row));
    return next ?? row;
  });
  return [...merged, ...fresh.values()];
}
