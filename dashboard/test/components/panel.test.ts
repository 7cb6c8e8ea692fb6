// @vitest-environment jsdom
import { render, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { failed, LOADING, ready } from '../../src/lib/load';
import { expectAccessible } from './axe';
import PanelHost from './PanelHost.svelte';

const shown = () =>
  [
    ['loading', screen.queryByText('Loading Things')],
    ['empty', screen.queryByText('No things yet. Make one.')],
    ['error', screen.queryByRole('alert')],
    ['content', screen.queryByText('a, b')],
  ]
    .filter(([, element]) => element)
    .map(([state]) => state);

describe('Panel', () => {
  it.each([
    ['loading', LOADING],
    ['empty', ready([])],
    ['error', failed('The server cannot be reached.')],
    ['content', ready(['a', 'b'])],
  ] as const)('shows only %s', async (state, data) => {
    const { container } = render(PanelHost, { data: data as never });
    expect(shown()).toEqual([state]);
    expect(container.querySelector('section')!.dataset.state).toBe(state);
    await expectAccessible(container);
  });
  it('moves from one state to the next', async () => {
    const { rerender } = render(PanelHost, { data: LOADING });
    await rerender({ data: ready(['a', 'b']) });
    expect(shown()).toEqual(['content']);
    await rerender({ data: failed('No.') });
    expect(shown()).toEqual(['error']);
  });
  it('offers to try again', () => {
    const retry = vi.fn();
    render(PanelHost, { data: failed('No.'), retry });
    screen.getByRole('button', { name: 'Try again' }).click();
    expect(retry).toHaveBeenCalledOnce();
  });
});
