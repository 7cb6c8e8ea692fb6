import { untrack } from 'svelte';
import { errorText } from '../api/client';
import { failed, LOADING, ready, valueOf, type Load } from '../lib/load';
import { dashboard } from './dashboard.svelte';

/** Something the live stream does not carry: asked for now and then, while somebody looks and has not paused. */
export class Polled<T> {
  data = $state.raw<Load<T>>(LOADING);
  /** Server time of the answer that is shown, so that ages in it can go on growing. */
  at = $state(0);
  /** Answers to older questions are not wanted any more. */
  private asked = 0;

  constructor(private readonly ask: () => Promise<T>) {}

  get value(): T | null {
    return valueOf(this.data);
  }

  /** A failed refresh keeps what is shown. */
  async load() {
    const number = ++this.asked;
    try {
      const value = await this.ask();
      if (number !== this.asked) return;
      this.at = dashboard.now;
      this.data = ready(value);
    } catch (e) {
      if (number === this.asked && this.data.state !== 'ready') this.data = failed(errorText(e));
    }
  }

  /**
   * For an effect: loads at once and then every `ms`; `fresh` forgets what is shown first. The effect does not depend on
   * what the question reads: one that reads the clock would be asked anew with each tick.
   */
  every(ms: number, fresh = false): () => void {
    if (fresh) this.data = LOADING;
    void untrack(() => this.load());
    const timer = setInterval(() => {
      if (!document.hidden && !dashboard.paused && !dashboard.stale) void this.load();
    }, ms);
    return () => {
      clearInterval(timer);
      this.asked++;
    };
  }
}
