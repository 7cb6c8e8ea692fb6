import type { Format } from './format';
import { summarise, type Ring, type Value } from './ring';
import { buckets, type Bucket } from './spark';

/** The Overview's cards: what the ring holds, in words. Pure. */

export type Card = {
  key: string;
  title: string;
  value: string;
  /** The number in full, for the title attribute. */
  exact: string;
  detail: string;
  href?: string;
  spark: { kind: 'line' | 'bars' | 'strip'; data: Bucket[]; zero: boolean };
};

export type CardContext = { ring: Ring; seconds: number; words: string; f: Format; plugins: number; failing: number };

const POINTS = 60;
/** Rates of a single second jump about: the card shows the mean of this many. */
const RATE_SECONDS = 10;

export function recentMean(ring: Ring, key: string, seconds: number): Value {
  const end = ring.newest();
  if (end === null) return null;
  return summarise(ring.column(key).slice(ring.indexFrom(end - seconds + 0.5)))?.mean ?? null;
}

/** How much a lifetime count grew over the last seconds; steps back (a lost tick after a crash) count as nothing. */
export function increase(ring: Ring, key: string, seconds: number): Value {
  const end = ring.newest();
  if (end === null) return null;
  let previous: Value = null;
  let sum = 0;
  for (const v of ring.column(key).slice(ring.indexFrom(end - seconds - 0.5))) {
    if (v === null) continue;
    if (previous !== null) sum += Math.max(0, v - previous);
    previous = v;
  }
  return previous === null ? null : sum;
}

export function buildCards({ ring, seconds, words, f, plugins, failing }: CardContext): Card[] {
  const end = ring.newest() ?? 0;
  const start = ring.indexFrom(end - seconds);
  const last = (key: string) => ring.latest(key);
  const over = (key: string) => summarise(ring.column(key).slice(start));
  const spark = (key: string, pick: 'mean' | 'max' | 'increase' = 'mean') =>
    buckets(ring.t, ring.column(key), seconds, POINTS, pick);
  const line = (key: string, zero = true, pick: 'mean' | 'max' = 'mean') => ({
    kind: 'line' as const,
    data: spark(key, pick),
    zero,
  });
  const coarse = (key: string, n: number, pick: 'mean' | 'increase') =>
    buckets(ring.t, ring.column(key), seconds, n, pick);
  const change = (key: string) => {
    const s = over(key);
    if (!s) return 'not known yet';
    const d = s.last - s.first;
    return d === 0 ? `no change in ${words}` : `${d > 0 ? '+' : '\u2212'}${f.count(Math.abs(d))} in ${words}`;
  };
  const said = (text: (s: NonNullable<ReturnType<typeof over>>) => string, key: string) => {
    const s = over(key);
    return s ? text(s) : 'not measured yet';
  };

  const restarts = last('restart_count');
  const events = recentMean(ring, 'events_rate', RATE_SECONDS);
  const grown = increase(ring, 'commands_total', seconds);

  return [
    {
      key: 'uptime',
      title: 'Uptime',
      value: f.duration(last('uptime')),
      exact: `${f.full(last('uptime'))} seconds`,
      detail:
        restarts === null
          ? 'restarts not known'
          : restarts === 0
            ? 'never restarted'
            : `${f.count(restarts)} restart${restarts === 1 ? '' : 's'} so far`,
      spark: { kind: 'strip', data: coarse('uptime', 30, 'mean'), zero: true },
    },
    {
      key: 'memory',
      title: 'Memory',
      value: f.bytes(last('memory')),
      exact: `${f.full(last('memory'))} bytes resident`,
      detail: said((s) => `peak ${f.bytes(s.max)}`, 'memory'),
      spark: line('memory', false),
    },
    {
      key: 'commands_total',
      title: 'Total commands',
      value: f.tally(last('commands_total')),
      exact: f.full(last('commands_total')),
      detail: grown === null ? 'not known yet' : grown === 0 ? `none in ${words}` : `+${f.count(grown)} in ${words}`,
      href: 'commands',
      spark: { kind: 'bars', data: coarse('commands_total', 30, 'increase'), zero: true },
    },
    {
      key: 'plugins_active',
      title: 'Active plugins',
      value: f.count(last('plugins_active')),
      exact: f.full(last('plugins_active')),
      detail: failing
        ? `${failing} of ${plugins} need${failing === 1 ? 's' : ''} attention`
        : plugins
          ? `of ${plugins}, all well`
          : 'none known yet',
      href: 'plugins',
      spark: line('plugins_active'),
    },
    {
      key: 'cpu',
      title: 'CPU',
      value: f.percent(last('cpu')),
      exact: 'of one core; 150% is one and a half cores',
      detail: said((s) => `mean ${f.percent(s.mean)} of one core`, 'cpu'),
      spark: line('cpu'),
    },
    {
      key: 'loop_delay',
      title: 'Loop delay',
      value: f.latency(last('loop_delay')),
      exact: 'mean of the io loop over the last second',
      detail: said((s) => `worst second ${f.latency(s.max)}`, 'loop_delay'),
      spark: line('loop_delay', true, 'max'),
    },
    {
      key: 'guilds',
      title: 'Guilds',
      value: f.tally(last('guilds')),
      exact: f.full(last('guilds')),
      detail: change('guilds'),
      href: 'shards',
      spark: line('guilds', false),
    },
    {
      key: 'users',
      title: 'Users',
      value: f.tally(last('users')),
      exact: `${f.full(last('users'))}: the sum of member counts, so a person in two guilds counts twice; ${f.full(last('active_month'))} were active this month`,
      detail:
        last('active_today') === null
          ? change('users')
          : `${f.tally(last('active_today'))} active today`,
      spark: line('users', false),
    },
    {
      key: 'api_latency',
      title: 'API latency',
      value: f.latency(last('api_latency')),
      exact: 'median of Discord REST answers over 5 minutes',
      detail: last('api_latency') === null ? 'no requests in 5 minutes' : 'median over 5 minutes',
      spark: line('api_latency'),
    },
    {
      key: 'events_rate',
      title: 'Events per second',
      value: f.rate(events),
      exact: `mean of the last ${RATE_SECONDS} seconds`,
      detail: said((s) => `peak ${f.rate(s.max)}`, 'events_rate'),
      spark: line('events_rate'),
    },
  ];
}
