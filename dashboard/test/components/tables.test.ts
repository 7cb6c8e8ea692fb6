// @vitest-environment jsdom
import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import CommandsTable from '../../src/components/CommandsTable.svelte';
import PluginsTable from '../../src/components/PluginsTable.svelte';
import { command, plugin } from '../rows';
import { expectAccessible } from './axe';

const rows = [
  command({ name: 'ping', uses: 50 }),
  command({ name: 'roll', uses: 900, errors: 90 }),
  command({ name: 'about', uses: 3 }),
];
const names = () => screen.getAllByRole('rowheader').map((th) => th.textContent);
const byUses = { key: 'uses', descending: true };

describe('CommandsTable', () => {
  it('shows rows in the order asked for and says so', async () => {
    const { container } = render(CommandsTable, { rows, sort: byUses, onsort: () => {} });
    expect(names()).toEqual(['/roll', '/ping', '/about']);
    expect(screen.getByRole('columnheader', { name: 'Uses' }).getAttribute('aria-sort')).toBe('descending');
    expect(within(screen.getAllByRole('row')[1]!).getByText('10.0%')).toBeTruthy();
    await expectAccessible(container);
  });
  it('asks for another order when a header is pressed', async () => {
    const onsort = vi.fn();
    render(CommandsTable, { rows, sort: byUses, onsort });
    await fireEvent.click(screen.getByRole('button', { name: 'Uses' }));
    await fireEvent.click(screen.getByRole('button', { name: 'p95' }));
    expect(onsort.mock.calls.map(([s]) => s)).toEqual([
      { key: 'uses', descending: false },
      { key: 'p95_ms', descending: true },
    ]);
  });
  it('keeps rows still under the pointer while their numbers move', async () => {
    const { container, rerender } = render(CommandsTable, { rows, sort: byUses, onsort: () => {} });
    const body = container.querySelector('tbody')!;
    await fireEvent(body, new Event('pointerenter'));
    await rerender({ rows: [command({ name: 'ping', uses: 5000 }), ...rows.slice(1)] });
    expect(names()).toEqual(['/roll', '/ping', '/about']);
    expect(screen.getByText('5,000')).toBeTruthy();
    await fireEvent(body, new Event('pointerleave'));
    expect(names()).toEqual(['/ping', '/roll', '/about']);
  });
  it('shows a command that two plugins had', () => {
    render(CommandsTable, { rows: [command(), command({ plugin: 'other' })], sort: byUses, onsort: () => {} });
    expect(names()).toEqual(['/ping', '/ping']);
  });
  it('writes no slash before a command that stands in a menu', () => {
    const menus = [command({ name: 'Report it (user)', uses: 2 }), command({ name: 'report it', uses: 1 })];
    render(CommandsTable, { rows: menus, sort: byUses, onsort: () => {} });
    expect(names()).toEqual(['Report it (user)', '/report it']);
  });
  it('says of a command in trouble what the verdict says, and since when', () => {
    const health = { level: 'warn' as const, text: '12 of 48 uses failed in 5 min (25%)', since: null };
    render(CommandsTable, { rows: [command({ health })], sort: { key: 'uses', descending: true }, onsort: () => {} });
    expect(screen.getByText('12 of 48 uses failed in 5 min (25%)')).toBeTruthy();
  });
  it('is shorter on the overview', () => {
    render(CommandsTable, { rows, sort: byUses, onsort: () => {}, brief: true, limit: 2 });
    expect(names()).toEqual(['/roll', '/ping']);
    expect(screen.queryByRole('columnheader', { name: 'p99' })).toBeNull();
    const cells = within(screen.getAllByRole('row')[1]!).getAllByRole('cell').length + 1;
    expect(cells).toBe(screen.getAllByRole('columnheader').length);
  });
});

describe('PluginsTable', () => {
  const troubled = [
    plugin({ id: 'a', name: 'Alpha' }),
    plugin({ id: 'b', name: 'Beta', state: 'stuck', stuck: { handler: 'command slow', seconds: 4.25 } }),
    plugin({ id: 'c', name: 'Gamma', state: 'failed', load_ms: null, message: 'gamma.so has no entry symbol.' }),
  ];
  it('puts trouble first and names it in words', async () => {
    const { container } = render(PluginsTable, {
      rows: troubled,
      sort: { key: 'state', descending: true },
      onsort: () => {},
    });
    const heads = screen.getAllByRole('rowheader').map((th) => th.textContent!.replace(/\s+/g, ' ').trim());
    expect(heads).toEqual([
      'Beta 1.0.0 in command slow for 4.3 s',
      'Gamma 1.0.0 gamma.so has no entry symbol.',
      'Alpha 1.0.0',
    ]);
    expect([...container.querySelectorAll<HTMLElement>('[data-state]')].map((e) => e.dataset.state)).toEqual([
      'stuck',
      'failed',
      'enabled',
    ]);
    await expectAccessible(container);
  });
  it.each([true, false])('has a cell for every column (brief: %s)', (brief) => {
    render(PluginsTable, { rows: troubled, sort: { key: 'name', descending: false }, onsort: () => {}, brief });
    const cells = within(screen.getAllByRole('row')[1]!).getAllByRole('cell').length + 1;
    expect(cells).toBe(screen.getAllByRole('columnheader').length);
  });
});
