import type { CommandRow, PluginRow } from '../api/types';
import type { CsvCell } from './csv';
import type { Column } from './table';
import { stateOf } from './verdict';

/** The columns of the tables: how they are named, sorted and exported. How a cell looks is the component's business. */

/** Two plugins may have had a command of one name: the name alone is no key. */
// "Report (user)": in a menu of Discord, not typed after a slash.
export const isMenuCommand = (c: CommandRow) => c.name.endsWith(')');
export const commandId = (c: CommandRow) => `${c.name} (${c.plugin})`;

export const failedShare = (c: CommandRow) => (c.uses > 0 ? c.errors / c.uses : null);

export const COMMAND_COLUMNS: Column<CommandRow>[] = [
  { key: 'name', label: 'Command', value: (c) => c.name },
  { key: 'plugin', label: 'Plugin', value: (c) => c.plugin },
  { key: 'uses', label: 'Uses', numeric: true, title: 'Since the data directory was created', value: (c) => c.uses },
  { key: 'failed', label: 'Failed', numeric: true, title: 'Share of uses that ended in an error', value: failedShare },
  {
    key: 'p50_ms',
    label: 'p50',
    numeric: true,
    title: 'Half of the uses took at most this long',
    value: (c) => c.p50_ms,
  },
  {
    key: 'p95_ms',
    label: 'p95',
    numeric: true,
    title: '95 of 100 uses took at most this long',
    value: (c) => c.p95_ms,
  },
  {
    key: 'p99_ms',
    label: 'p99',
    numeric: true,
    title: '99 of 100 uses took at most this long',
    value: (c) => c.p99_ms,
  },
  { key: 'last_used', label: 'Last used', numeric: true, value: (c) => c.last_used },
];

/** What a state weighs when sorting: trouble is more. */
const STATE_WEIGHT: Record<string, number> = { stuck: 6, failed: 5, failing: 4, loading: 3, enabled: 2, disabled: 1 };

export const PLUGIN_COLUMNS: Column<PluginRow>[] = [
  { key: 'name', label: 'Plugin', value: (p) => p.name },
  { key: 'state', label: 'State', value: (p) => STATE_WEIGHT[stateOf(p)] ?? 0 },
  { key: 'commands', label: 'Commands', numeric: true, title: 'Commands answered, since the data directory was created', value: (p) => p.commands },
  { key: 'events', label: 'Events', numeric: true, title: 'Events handled, since the data directory was created', value: (p) => p.events },
  { key: 'errors', label: 'Errors', numeric: true, title: 'Errors of any kind, since the data directory was created', value: (p) => p.errors },
  {
    key: 'cpu_seconds',
    label: 'CPU time',
    numeric: true,
    title: 'Processor time of its own thread',
    value: (p) => p.cpu_seconds,
  },
  {
    key: 'loop_delay_ms',
    label: 'Loop delay',
    numeric: true,
    title: 'How late its loop runs',
    value: (p) => p.loop_delay_ms,
  },
  { key: 'queue_depth', label: 'Queue', numeric: true, title: 'Waiting for its thread', value: (p) => p.queue_depth },
  {
    key: 'dropped',
    label: 'Dropped',
    numeric: true,
    title: 'Dropped because its queue was full',
    value: (p) => p.dropped,
  },
  { key: 'load_ms', label: 'Load time', numeric: true, title: 'Of its last load', value: (p) => p.load_ms },
];

/** Header names of a CSV are the API's names, its values unrounded; times twice, for people and for programs. */
export const COMMAND_CSV = [
  'name',
  'plugin',
  'uses',
  'errors',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'last_used_utc',
  'last_used',
];
export const commandCsv = (c: CommandRow, iso: (t: number) => string): CsvCell[] => [
  c.name,
  c.plugin,
  c.uses,
  c.errors,
  c.p50_ms,
  c.p95_ms,
  c.p99_ms,
  c.last_used === null ? null : iso(c.last_used),
  c.last_used,
];

export const PLUGIN_CSV = [
  'id',
  'name',
  'version',
  'state',
  'load_ms',
  'cpu_seconds',
  'commands',
  'events',
  'errors',
  'queue_depth',
  'dropped',
  'loop_delay_ms',
  'message',
];
export const pluginCsv = (p: PluginRow): CsvCell[] => [
  p.id,
  p.name,
  p.version,
  p.state,
  p.load_ms,
  p.cpu_seconds,
  p.commands,
  p.events,
  p.errors,
  p.queue_depth,
  p.dropped,
  p.loop_delay_ms,
  p.message,
];
