import { bounds, rangeParams, readRange, shift, type PresetKey, type Range } from '../lib/range';
import { dashboard } from './dashboard.svelte';
import { prefs } from './prefs.svelte';
import { router } from './router.svelte';

/** The global range: in the URL while it differs from what this browser remembers, so that a shared address shows the same. */
class GlobalRange {
  readonly current = $derived(readRange(router.params, prefs.range));

  /** What was shown before zooming; an address may have brought another preset than the remembered one. */
  private before: PresetKey | null = null;

  choose(next: Range) {
    if (next.kind === 'preset') prefs.range = next.key;
    else if (this.current.kind === 'preset') this.before = this.current.key;
    router.set(rangeParams(next));
  }

  /** From a zoomed window to what was shown before it. */
  back() {
    if (this.current.kind === 'window') this.choose({ kind: 'preset', key: this.before ?? prefs.range });
  }

  shift(direction: -1 | 1) {
    this.choose(shift(this.current, direction, dashboard.ring.newest() ?? Date.now() / 1000));
  }

  get bounds() {
    return bounds(this.current, dashboard.now);
  }
}

export const range = new GlobalRange();
