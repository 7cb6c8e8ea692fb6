// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeEventSource, fakeFetch } from '../fakes';
import { command, plugin, shard } from '../rows';
import { expectAccessible } from './axe';

vi.mock('../../src/lib/chart', () => ({ createChart: () => ({ setData() {}, setCursor() {}, destroy() {} }) }));

const SERIES = [
  'uptime',
  'restart_count',
  'memory',
  'cpu',
  'loop_delay',
  'guilds',
  'users',
  'api_latency',
  'events_rate',
  'commands_total',
  'commands_rate',
  'plugins_active',
  'errors_rate',
  'shards_ready',
  'shards_total',
  'web_rate',
  'live_viewers',
  'active_today',
  'active_month',
].map((key) => ({ key, unit: '' }));
const VALUES: Record<string, number> = {
  uptime: 5000,
  commands_total: 1234,
  guilds: 42,
  shards_ready: 2,
  shards_total: 2,
  errors_rate: 0,
};
const row = (more: Record<string, number> = {}) => SERIES.map((s) => more[s.key] ?? VALUES[s.key] ?? null);
const now = () => Date.now() / 1000;
const hello = (more = {}) => ({ version: '0.1.0', boot_id: 'b1', now: now(), series: SERIES, ...more });

async function open(path: string) {
  vi.resetModules();
  history.replaceState(null, '', path);
  const t = Array.from({ length: 60 }, (_, i) => now() - 60 + i);
  fakeFetch({
    'api/v1/ticks': { ...hello(), t, v: row().map((v) => t.map(() => v)) },
    'api/v1/commands': {
      commands: [command({ name: 'ping', uses: 900 }), command({ name: 'roll', plugin: 'dice', uses: 7 })],
    },
    'api/v1/plugins': { plugins: [plugin()] },
    'api/v1/shards': {
      shards: [shard(), shard({ id: 1 })],
      identify_budget: { total: 1000, remaining: 990, reset_in_s: 60 },
      message: '',
    },
    'api/v1/status': {
      version: '0.1.0',
      started_at: 1,
      boot_id: 'b1',
      mode: 'demo',
      restart_count: 0,
      data_dir_bytes: 2048,
    },
    'api/v1/verdict': {
      level: 'ok',
      sentences: [{ text: 'Both shards are up', level: 'ok', href: 'shards', since: null }],
      plugins: 'of 1, all well',
    },
    'api/v1/query': { from: 0, to: 0, step: 60, series: [], annotations: [] },
  });
  // The page's state lives in modules: each test gets fresh ones, and the Svelte that belongs to them.
  const { mount, unmount } = await import('svelte');
  const { default: App } = await import('../../src/App.svelte');
  const container = document.body.appendChild(document.createElement('div'));
  const app = mount(App, { target: container });
  close = () => unmount(app).then(() => container.remove());
  await waitFor(() => expect(FakeEventSource.all.length).toBeGreaterThan(0));
  FakeEventSource.last.say('hello', hello());
  FakeEventSource.last.say('tick', { t: now(), v: row() });
  await waitFor(() => expect(screen.getByRole('status').textContent).toContain('Live'));
  return { container };
}
let close: () => Promise<void>;
const cardText = (key: string) => document.querySelector(`[data-card=${key}]`)!.textContent;

beforeEach(() => {
  FakeEventSource.all = [];
  vi.stubGlobal('EventSource', FakeEventSource);
  vi.mocked(navigator.sendBeacon).mockClear();
});
afterEach(async () => {
  await close();
  vi.unstubAllGlobals();
});

describe('the overview', () => {
  it('answers first, then shows cards and tables', async () => {
    const { container } = await open('/');
    expect(await screen.findByText('Both shards are up.')).toBeTruthy();
    expect(cardText('guilds')).toBe('42');
    expect(cardText('commands_total')).toBe('1,234');
    expect(screen.getByText('ping', { selector: 'code' })).toBeTruthy();
    await expectAccessible(container);
  });
  it('follows the stream, and stands still while paused', async () => {
    await open('/');
    FakeEventSource.last.say('tick', { t: now() + 1, v: row({ guilds: 43 }) });
    await waitFor(() => expect(cardText('guilds')).toBe('43'));
    await fireEvent.keyDown(document.body, { key: ' ' });
    FakeEventSource.last.say('tick', { t: now() + 2, v: row({ guilds: 44 }) });
    const { dashboard } = await import('../../src/state/dashboard.svelte');
    expect(dashboard.ring.latest('guilds')).toBe(44);
    expect(screen.getByRole('status').textContent).toContain('Paused');
    expect(cardText('guilds')).toBe('43');
    await fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(cardText('guilds')).toBe('44'));
  });
  it('takes changed rows from the stream', async () => {
    await open('/');
    FakeEventSource.last.say('tick', { t: now() + 1, v: row(), commands: [command({ name: 'ping', uses: 901 })] });
    expect(await screen.findByText('901')).toBeTruthy();
  });
  it('goes on after the clock of the server was set back', async () => {
    await open('/');
    const earlier = now() - 3600;
    FakeEventSource.last.say('hello', hello({ now: earlier }));
    FakeEventSource.last.say('tick', { t: earlier, v: row({ guilds: 43 }) });
    await waitFor(() => expect(cardText('guilds')).toBe('43'));
    const { dashboard } = await import('../../src/state/dashboard.svelte');
    expect(dashboard.ring.t).toEqual([earlier]);
  });
  it('holds the range in the URL', async () => {
    await open('/?range=5m');
    expect(screen.getByRole('button', { name: '5m' }).getAttribute('aria-pressed')).toBe('true');
    await fireEvent.keyDown(document.body, { key: '3' });
    expect(location.search).toBe('?range=1h');
  });
  it('notices a restart and another version', async () => {
    await open('/');
    FakeEventSource.last.say('hello', hello({ boot_id: 'b2' }));
    expect(await screen.findByText(/Discern restarted at/)).toBeTruthy();
    FakeEventSource.last.say('hello', hello({ boot_id: 'b3', version: '0.2.0' }));
    expect(await screen.findByText('Dashboard updated.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
  });
});

describe('navigation', () => {
  it('changes page without a load, and reports the view', async () => {
    const { container } = await open('/');
    await fireEvent.click(screen.getByRole('link', { name: 'Shards' }));
    expect(location.pathname).toBe('/shards');
    expect(await screen.findByRole('heading', { name: 'Shard 1' })).toBeTruthy();
    expect(document.title).toBe('Shards \u00b7 Discern');
    const beacons = vi
      .mocked(navigator.sendBeacon)
      .mock.calls.map(([url, body]) => [url, JSON.parse(String(body)).path]);
    expect(beacons).toEqual([
      ['api/v1/view', '/'],
      ['api/v1/view', '/shards'],
    ]);
    await expectAccessible(container);
  });
  it('filters and sorts a table from the URL', async () => {
    const { container } = await open('/commands?q=dice&sort=name');
    expect((await screen.findAllByRole('rowheader')).map((r) => r.textContent)).toEqual(['/roll']);
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'nothing' } });
    expect(await screen.findByText(/No command matches/)).toBeTruthy();
    expect(location.search).toBe('?q=nothing&sort=name');
    await expectAccessible(container);
  });
  it('says that a page does not exist, and reports no view of it', async () => {
    await open('/nonsense');
    expect(screen.getByRole('heading', { name: 'There is no such page' })).toBeTruthy();
    expect(navigator.sendBeacon).not.toHaveBeenCalled();
  });
});
