import { readSort, writeSort, type Sort } from '../lib/table';
import { router } from './router.svelte';

/** Sort and filter of a page's table, held in the URL. */
export class TableState {
  constructor(
    private readonly columns: readonly { key: string }[],
    private readonly fallback: Sort,
  ) {}

  get sort(): Sort {
    return readSort(router.params.get('sort'), this.columns, this.fallback);
  }
  set sort(s: Sort) {
    const text = writeSort(s);
    router.set({ sort: text === writeSort(this.fallback) ? null : text });
  }

  get filter(): string {
    return router.params.get('q') ?? '';
  }
  set filter(text: string) {
    router.set({ q: text });
  }
}
