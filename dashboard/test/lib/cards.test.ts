import { describe, expect, it } from 'vitest';
import { buildCards, increase, recentMean } from '../../src/lib/cards';
import { createFormat } from '../../src/lib/format';
import { Ring } from '../../src/lib/ring';

const KEYS = [
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
  'plugins_active',
  'active_today',
  'active_month',
];
const f = createFormat('en-US');

function ring(rows: number, f: (i: number) => Partial<Record<string, number | null>>) {
  const r = new Ring();
  r.describe(KEYS.map((key) => ({ key, unit: '' })));
  for (let i = 0; i < rows; i++) {
    const values = f(i);
    r.push(
      1000 + i,
      KEYS.map((k) => values[k] ?? null),
    );
  }
  return r;
}
const cards = (r: Ring) =>
  Object.fromEntries(
    buildCards({ ring: r, seconds: 300, words: '5 min', f, plugins: 3, failing: 0 }).map((c) => [c.key, c]),
  );

describe('buildCards', () => {
  it('makes the ten cards of the overview', () => {
    expect(Object.keys(cards(ring(1, () => ({}))))).toEqual([
      'uptime',
      'memory',
      'commands_total',
      'plugins_active',
      'cpu',
      'loop_delay',
      'guilds',
      'users',
      'api_latency',
      'events_rate',
    ]);
  });
  it('says the newest number and what it did lately', () => {
    const c = cards(
      ring(100, (i) => ({
        guilds: 200 + (i > 50 ? 4 : 0),
        commands_total: 900 + i,
        cpu: 3,
        memory: 1024 ** 2,
        uptime: 60 + i,
      })),
    );
    expect([c.guilds!.value, c.guilds!.detail]).toEqual(['204', '+4 in 5 min']);
    expect([c.commands_total!.value, c.commands_total!.detail]).toEqual(['999', '+99 in 5 min']);
    expect(c.memory!.value).toBe('1.00 MiB');
    expect(c.uptime!.value).toBe('2m 39s');
  });
  it('tells how many of the users are active, where that is known', () => {
    const known = cards(ring(9, () => ({ users: 5000, active_today: 312, active_month: 2140 })));
    expect(known.users!.detail).toBe('312 active today');
    expect(known.users!.exact).toContain('2,140 were active this month');
    expect(cards(ring(9, () => ({ users: 5000 }))).users!.detail).toBe('no change in 5 min');
  });
  it('shows the unknown as unknown', () => {
    const c = cards(ring(10, () => ({})));
    for (const card of Object.values(c)) expect(card.value).toBe('\u2013');
    expect(c.guilds!.detail).toBe('not known yet');
  });
});

describe('increase', () => {
  it('counts growth over the window and no fall', () => {
    const r = ring(100, (i) => ({ commands_total: i < 50 ? i : i - 20 }));
    expect(increase(r, 'commands_total', 1000)).toBe(98);
    expect(increase(r, 'commands_total', 10)).toBe(10);
  });
  it('is unknown when nothing was seen', () => {
    expect(
      increase(
        ring(0, () => ({})),
        'commands_total',
        60,
      ),
    ).toBeNull();
  });
});

describe('recentMean', () => {
  it('averages the last seconds only', () => {
    expect(
      recentMean(
        ring(30, (i) => ({ events_rate: i < 20 ? 100 : 2 })),
        'events_rate',
        10,
      ),
    ).toBe(2);
  });
});
