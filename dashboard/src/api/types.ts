/** What the server says, as in docs of the HTTP API. Times are epoch seconds unless the key ends in _ms; unknown is null. */

import type { SeriesInfo, Value } from '../lib/ring';

/** One verdict, made by the server: on the whole, and on each plugin and command that is in trouble. */
export type Level = 'ok' | 'warn' | 'err' | 'unknown';
export type Health = { level: Level; text: string; since: number | null };
export type Sentence = { level: Level; text: string; href?: string; since: number | null };
export type Verdict = {
  level: Level;
  sentences: Sentence[];
  /** The plugins in a few words. */
  plugins: string;
};

export type CommandRow = {
  name: string;
  plugin: string;
  uses: number;
  errors: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  last_used: number | null;
  /** Of one in trouble. */
  health?: Health | null;
};

export type PluginState = 'enabled' | 'loading' | 'failed' | 'disabled' | 'stuck';
export type PluginRow = {
  id: string;
  name: string;
  version: string;
  state: PluginState;
  load_ms: number | null;
  cpu_seconds: number | null;
  commands: number;
  events: number;
  errors: number;
  queue_depth: number;
  dropped: number;
  loop_delay_ms: number | null;
  /** `stack`: where it was when it went over its budget, innermost first. */
  stuck: { handler: string; seconds: number; stack?: string[] } | null;
  message: string;
  /** How often its code was loaded by this process, and how many of these generations cannot be unloaded. */
  generations?: number;
  pinned?: number;
  /** Its last reload or change of version. */
  changed?: number | null;
  requires?: string[];
  /** Of one in trouble. */
  health?: Health | null;
};
/** What went wrong in a plugin; kept in memory only. `count` like it came one after the other. */
export type Incident = {
  time: number;
  kind: string;
  handler: string;
  type: string;
  text: string;
  count: number;
  stack: string[];
};
export type PluginDetail = { plugin: PluginRow; incidents: Incident[] };
export type PluginControl = 'enable' | 'disable' | 'reload';

/** Rates of a plugin over a span; null is what history does not hold. */
export type ComparedWindow = {
  from: number;
  to: number;
  errors_per_minute: Value;
  commands_per_minute: Value;
  failed_commands_per_minute: Value;
  events_per_second: Value;
  dropped_per_minute: Value;
  stalls_per_minute: Value;
  rest_per_minute: Value;
  cpu_ratio: Value;
  allocated_bytes_per_second: Value;
  handler_p95_ms: Record<string, number>;
};
export type Comparison = { plugin: string; at: number; minutes: number; before: ComparedWindow; after: ComparedWindow };

export type ShardState = 'ready' | 'connecting' | 'identifying' | 'resuming' | 'waiting' | 'stopped';
export type ShardRow = {
  id: number;
  state: ShardState;
  guilds: Value;
  heartbeat_rtt_ms: number | null;
  last_ack_age_s: number | null;
  last_dispatch_age_s: number | null;
  resumes: number;
  identifies: number;
  last_close: string | null;
  /** "READY", "a connection", and for how many seconds; null while it waits for nothing. */
  waits_for: string | null;
  waits_s: Value;
};
export type Shards = {
  shards: ShardRow[];
  identify_budget: { total: number; remaining: number; reset_in_s: number } | null;
  /** The sum of member counts, the age of the oldest (null: not all were told yet), and whether they are exact. */
  users: Value;
  users_age_s: Value;
  users_exact: boolean;
  message: string;
  /** What works but not as it should, and what to change. */
  warnings: string[];
};

export type RestRoute = {
  route: string;
  requests: number;
  failed: number;
  limited: number;
  p50_ms: Value;
  p95_ms: Value;
  p99_ms: Value;
  /** Of the fullest of its buckets; null until Discord has named one. */
  limit: {
    bucket: string;
    buckets: number;
    limit: number;
    remaining: number;
    reset_in_s: number;
    waiting: number;
    blocked: boolean;
  } | null;
};
export type Rest = {
  routes: RestRoute[];
  limited: { scope: string; plugin: string; count: number }[];
  errors: { route: string; code: string; count: number }[];
  waiting: number;
  global: { used: number; limit: number; blocked_s: number };
  invalid: { count: number; stop_at: number; ban_at: number };
  token_refused: boolean;
};

export type InteractionType = {
  type: string;
  received: number;
  acknowledged: number;
  acknowledged_by_host: number;
  ack_p50_ms: Value;
  ack_p95_ms: Value;
  ack_p99_ms: Value;
  outcomes: Record<string, number>;
};
export type Interactions = { types: InteractionType[]; errors: { type: string; code: string; count: number }[] };

export type Hello = { version: string; boot_id: string; now: number; series: SeriesInfo[] };
export type Tick = { t: number; v: Value[]; commands?: CommandRow[]; plugins?: PluginRow[]; verdict?: Verdict };
/** v is by column: v[i] belongs to series[i]. */
export type Ticks = Hello & { t: number[]; v: Value[][] };

/**
 * `increase`: what the counter grew in the whole range, exact whatever the step is; `seconds`: in how long; `total`: its
 * lifetime total at the end. The page never works a count out of rates.
 */
export type QuerySeries = {
  labels: Record<string, string>;
  points: [number, Value][];
  increase?: number;
  seconds?: number;
  total?: number;
};
export type QueryResult = {
  from: number;
  to: number;
  step: number;
  series: QuerySeries[];
  annotations: { t: number; kind: string; text: string }[];
};
export type QueryFunction = 'last' | 'rate' | 'increase' | 'avg' | 'p50' | 'p95' | 'p99';

export type Status = {
  version: string;
  started_at: number;
  boot_id: string;
  mode: 'demo' | 'discord';
  restart_count: number;
  data_dir_bytes: number | null;
  /** Of a demo: everything before this was made up. */
  made_up_until?: number | null;
};
