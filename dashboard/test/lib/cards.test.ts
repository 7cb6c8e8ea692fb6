import { describe, expect, it } from 'vitest';
import { buildCards, knownRun, recentMean } from '../../src/lib/cards';
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
const cards = (r: Ring, seconds = 300) =>
  Object.fromEntries(
    buildCards({
      ring: r,
      seconds,
      words: '5 min',
      commands: { count: r.latest('commands_total') === null ? null : 99, words: '24 h' },
      plugins: 'of 3, all well',
      f,
    }).map((c) => [c.key, c]),
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
    expect([c.guilds!.value, c.guilds!.detail]).toEqual(['204', '+4 in 1m 39s']);
    expect([c.commands_total!.value, c.commands_total!.detail]).toEqual(['999', '+99 in 24 h']);
    expect(c.plugins_active!.detail).toBe('of 3, all well');
  });
  it('has the words of the original specification on its first four', () => {
    const r = ring(1, () => ({ uptime: 7 * 60 + 47, memory: 86_719_488, commands_total: 12, plugins_active: 4 }));
    const first = Object.values(cards(r)).slice(0, 4);
    expect(first.map((c) => [c.title, c.value])).toEqual([
      ['Uptime', '0h 7m'],
      ['Memory Usage', '82.70 MB'],
      ['Total Commands', '12'],
      ['Active Plugins', '4'],
    ]);
  });
  it('tells how a number changed in the time in which it was known, and in no other', () => {
    const after = cards(ring(100, (i) => ({ guilds: i < 40 ? 0 : i < 50 ? null : 39 })));
    expect(after.guilds!.detail).toBe('no change in 49s');
    const whole = cards(
      ring(700, (i) => ({ guilds: 100 + i })),
      300,
    );
    expect(whole.guilds!.detail).toBe('+300 in 5 min');
    expect(cards(ring(9, (i) => ({ users: i < 8 ? 7 : null }))).users!.detail).toBe('not known yet');
  });
  it('tells how many of the users are active, where that is known', () => {
    const known = cards(ring(9, () => ({ users: 5000, active_today: 312, active_month: 2140 })));
    expect(known.users!.detail).toBe('312 active today');
    expect(known.users!.exact).toContain('2,140 were active this month');
    expect(cards(ring(9, () => ({ users: 5000 }))).users!.detail).toBe('no change in 8s');
  });
  it('shows the unknown as unknown', () => {
    const c = cards(ring(10, () => ({})));
    for (const card of Object.values(c)) expect(card.value).toBe('\u2013');
    expect(c.guilds!.detail).toBe('not known yet');
  });
});

describe('knownRun', () => {
  it('ends with the newest value and begins after the last unknown one', () => {
    expect(knownRun([1, null, 2, 3])).toEqual([2, 3]);
    expect(knownRun([1, 2])).toEqual([1, 2]);
    expect(knownRun([1, null])).toEqual([]);
    expect(knownRun([])).toEqual([]);
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
