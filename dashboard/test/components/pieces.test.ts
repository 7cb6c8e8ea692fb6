// @vitest-environment jsdom
import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import HelpDialog from '../../src/components/HelpDialog.svelte';
import SegmentedControl from '../../src/components/SegmentedControl.svelte';
import ShardCard from '../../src/components/ShardCard.svelte';
import StatCard from '../../src/components/StatCard.svelte';
import StatusPill from '../../src/components/StatusPill.svelte';
import VerdictLine from '../../src/components/VerdictLine.svelte';
import { shard } from '../rows';
import { expectAccessible } from './axe';

describe('StatusPill', () => {
  it('is a status that names the state', async () => {
    const { container } = render(StatusPill, { state: 'disconnected' });
    expect(screen.getByRole('status').textContent!.trim()).toBe('Disconnected');
    await expectAccessible(container);
  });
});

describe('SegmentedControl', () => {
  it('says which choice is on and reports another', async () => {
    const onchange = vi.fn();
    const { container } = render(SegmentedControl, {
      label: 'Time range',
      options: [
        { key: 'a', label: '5m' },
        { key: 'b', label: '1h' },
      ],
      value: 'a',
      onchange,
    });
    expect(screen.getByRole('button', { name: '5m' }).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(screen.getByRole('button', { name: '1h' }));
    expect(onchange).toHaveBeenCalledWith('b');
    await expectAccessible(container);
  });
});

describe('StatCard', () => {
  const card = {
    key: 'guilds',
    title: 'Guilds',
    value: '214',
    exact: '214',
    detail: '+4 in 15 min',
    href: 'shards',
    spark: {
      kind: 'line' as const,
      data: [
        { value: 1, coverage: 1 },
        { value: null, coverage: 0 },
        { value: 2, coverage: 1 },
      ],
      zero: false,
    },
  };
  it('links to where its number comes from', async () => {
    const { container } = render(StatCard, { card });
    expect(screen.getByRole('link', { name: 'Guilds' }).getAttribute('href')).toBe('shards');
    expect(screen.getByText('214')).toBeTruthy();
    await expectAccessible(container);
  });
  it('shows no number while loading', () => {
    render(StatCard, { card, loading: true });
    expect(screen.queryByText('214')).toBeNull();
  });
});

describe('VerdictLine', () => {
  it('is made of links', async () => {
    const verdict = {
      level: 'warn' as const,
      sentences: [{ text: '1 shard of 2 is down', level: 'warn' as const, href: 'shards', since: null }],
      plugins: '',
    };
    const { container } = render(VerdictLine, { verdict });
    expect(screen.getByRole('link', { name: '1 shard of 2 is down.' })).toBeTruthy();
    await expectAccessible(container);
  });
});

describe('ShardCard', () => {
  it('lets ages grow and calls a late answer overdue', async () => {
    const { container, rerender } = render(ShardCard, { shard: shard({ last_ack_age_s: 30 }), since: 0 });
    expect(screen.getByText('30s ago')).toBeTruthy();
    await rerender({ since: 40 });
    expect(screen.getByText('1m 10s ago, overdue')).toBeTruthy();
    await expectAccessible(container);
  });
  it('says what it waits for, and for how long', async () => {
    const { container, rerender } = render(ShardCard, {
      shard: shard({ state: 'identifying', waits_for: 'READY', waits_s: 5 }),
      since: 0,
    });
    expect(screen.getByText('READY, for 5s')).toBeTruthy();
    await rerender({ since: 40 });
    expect(screen.getByText('READY, for 45s')).toBeTruthy();
    await expectAccessible(container);
    await rerender({ shard: shard() });
    expect(screen.queryByText('Waits for')).toBeNull();
  });
  it('shows what is not known as not known', () => {
    render(ShardCard, { shard: shard({ last_ack_age_s: null, heartbeat_rtt_ms: null, last_close: null }), since: 5 });
    expect(screen.getByText('never closed')).toBeTruthy();
    expect(screen.getAllByText('\u2013').length).toBe(2);
  });
});

describe('HelpDialog', () => {
  it('opens, lists the keys, and closes', async () => {
    const onclose = vi.fn();
    const { container } = render(HelpDialog, { open: true, version: '0.1.0', onclose });
    expect(screen.getByText('Pause or resume')).toBeTruthy();
    await expectAccessible(container);
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(onclose).toHaveBeenCalled();
  });
});
