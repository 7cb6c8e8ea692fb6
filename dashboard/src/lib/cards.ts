import { NIL, type Format } from './format';
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

export type CardContext = {
  ring: Ring;
  seconds: number;
  words: string;
  /** How many commands were used in the chosen range, as the server counts. */
  commands: { count: Value; words: string };
  /** What the verdict says of the plugins. */
  plugins: string;
  f: Format;
};

const POINTS = 60;
/** Rates of a single second jump about: the card shows the mean of this many. */
const RATE_SECONDS = 10;

export function recentMean(ring: Ring, key: string, seconds: number): Value {
  const end = ring.newest();
  if (end === null) return null;
  return summarise(ring.column(key).slice(ring.indexFrom(end - seconds + 0.5)))?.mean ?? null;
}

/** The known values that end with the newest: nothing is compared across a time in which nothing was known. */
export function knownRun(v: readonly Value[]): readonly Value[] {
  let from = v.length;
  while (from > 0 && v[from - 1] !== null) from--;
  return v.slice(from);
}

/** As the original specification writes it: 26h 4m. */
const hoursAndMinutes = (s: Value) =>
  s === null ? NIL : `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
const megabytes = (bytes: Value) => (bytes === null ? NIL : `${(bytes / 1024 / 1024).toFixed(2)} MB`);

export function buildCards({ ring, seconds, words, commands, plugins, f }: CardContext): Card[] {
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
    const run = knownRun(ring.column(key).slice(start));
    const first = run[0] ?? null;
    if (first === null) return 'not known yet';
    const d = (run.at(-1) ?? 0) - first;
    const known = end - (ring.t[ring.t.length - run.length] ?? end);
    const span = known < seconds - 5 ? f.duration(known) : words;
    return d === 0 ? `no change in ${span}` : `${d > 0 ? '+' : '\u2212'}${f.count(Math.abs(d))} in ${span}`;
  };
  const said = (text: (s: NonNullable<ReturnType<typeof over>>) => string, key: string) => {
    const s = over(key);
    return s ? text(s) : 'not measured yet';
  };

  const restarts = last('restart_count');
  const events = recentMean(ring, 'events_rate', RATE_SECONDS);
  const grown = commands.count;

  return [
    {
      key: 'uptime',
      title: 'Uptime',
      value: hoursAndMinutes(last('uptime')),
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
      title: 'Memory Usage',
      value: megabytes(last('memory')),
      exact: `${f.full(last('memory'))} bytes resident`,
      detail: said((s) => `peak ${megabytes(s.max)}`, 'memory'),
      spark: line('memory', false),
    },
    {
      key: 'commands_total',
      title: 'Total Commands',
      value: f.tally(last('commands_total')),
      exact: f.full(last('commands_total')),
      detail: grown === null ? 'not known yet' : grown === 0 ? `none in ${commands.words}` : `+${f.tally(grown)} in ${commands.words}`,
      href: 'commands',
      spark: { kind: 'bars', data: coarse('commands_total', 30, 'increase'), zero: true },
    },
    {
      key: 'plugins_active',
      title: 'Active Plugins',
      value: f.count(last('plugins_active')),
      exact: f.full(last('plugins_active')),
      detail: plugins || 'none known yet',
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
