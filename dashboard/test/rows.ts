import type { CommandRow, PluginRow, ShardRow } from '../src/api/types';

/** Rows for tests: calm by default, each test says what differs. */
export const command = (more: Partial<CommandRow> = {}): CommandRow => ({
  name: 'ping',
  plugin: 'ping',
  uses: 100,
  errors: 0,
  p50_ms: 2,
  p95_ms: 8,
  p99_ms: 20,
  last_used: null,
  health: null,
  ...more,
});

export const plugin = (more: Partial<PluginRow> = {}): PluginRow => ({
  id: 'ping',
  name: 'Ping',
  version: '1.0.0',
  state: 'enabled',
  load_ms: 1.2,
  cpu_seconds: 0.5,
  commands: 12,
  events: 100,
  errors: 0,
  queue_depth: 0,
  dropped: 0,
  loop_delay_ms: 0.1,
  stuck: null,
  message: '',
  health: null,
  ...more,
});

export const shard = (more: Partial<ShardRow> = {}): ShardRow => ({
  id: 0,
  state: 'ready',
  guilds: 5,
  heartbeat_rtt_ms: 12,
  last_ack_age_s: 3,
  last_dispatch_age_s: 0.2,
  resumes: 0,
  identifies: 1,
  last_close: null,
  waits_for: null,
  waits_s: null,
  ...more,
});
