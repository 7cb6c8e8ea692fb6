// @vitest-environment jsdom
import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Polled } from '../../src/state/polled.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Polled', () => {
  it('asks when it is time, not when the clock that the question reads goes on', async () => {
    let clock = $state(0);
    let range = $state(60);
    const ask = vi.fn(async () => [range, clock]);
    const polled = new Polled(ask);
    const stop = $effect.root(() => {
      $effect(() => {
        void range;
        return polled.every(10_000, true);
      });
    });
    flushSync();
    await vi.advanceTimersByTimeAsync(0);
    for (let second = 1; second <= 9; second++) {
      clock = second;
      flushSync();
      expect(polled.value).toEqual([60, 0]);
    }
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(polled.value).toEqual([60, 9]);
    range = 300;
    flushSync();
    expect(polled.value).toBeNull();
    await vi.advanceTimersByTimeAsync(0);
    expect(polled.value).toEqual([300, 9]);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ask).toHaveBeenCalledTimes(3);
  });
});
