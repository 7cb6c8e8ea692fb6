import type { CommandRow, PluginRow } from '../api/types';

/** The first line of the Overview: the answer before any chart. Pure: numbers in, sentences out. */

export type Level = 'ok' | 'warn' | 'err' | 'unknown';
export type Sentence = { text: string; level: Level; href?: string };
export type Verdict = { level: Level; sentences: Sentence[] };

export type VerdictInput = {
  connected: boolean;
  shardsReady: number | null;
  shardsTotal: number | null;
  /** Commands of the last minute; null when unknown. */
  commandsPerMinute: number | null;
  /** Plugin errors of the last five minutes; null when unknown. */
  recentErrors: number | null;
  plugins: readonly PluginRow[];
  commands: readonly CommandRow[];
};

/** A command is called slow when its p95 passes this: from here on the host answers for the plugin, and Discord gives up at 3 s. */
export const SLOW_MS = 2000;
/** Quantiles of fewer uses than this say nothing. */
export const ENOUGH_USES = 20;

/** One plugin error a minute is a pattern; a single one is news, not trouble. */
const MANY_ERRORS = 5;

export const isSlow = (c: CommandRow) => c.uses >= ENOUGH_USES && c.p95_ms !== null && c.p95_ms >= SLOW_MS;

const RANK: Record<Level, number> = { unknown: 0, ok: 1, warn: 2, err: 3 };
const plural = (n: number, one: string, many = one + 's') => `${n} ${n === 1 ? one : many}`;

function shards({ shardsReady: ready, shardsTotal: total }: VerdictInput): Sentence {
  const href = 'shards';
  if (ready === null || total === null)
    return { text: 'The state of the shards is not known yet.', level: 'unknown', href };
  if (total === 0) return { text: 'Not connected to Discord yet.', level: 'warn', href };
  if (ready >= total) return { text: total === 1 ? 'The bot is up.' : total === 2 ? 'Both shards up.' : `All ${total} shards up.`, level: 'ok', href };
  if (ready === 0)
    return {
      text: total === 1 ? 'The bot is not connected to Discord.' : `${total === 2 ? 'Both' : `All ${total}`} shards are down.`,
      level: 'err',
      href,
    };
  return {
    text: `${plural(total - ready, 'shard')} of ${total} ${total - ready === 1 ? 'is' : 'are'} down.`,
    level: 'warn',
    href,
  };
}

function commands({ commandsPerMinute: n }: VerdictInput): Sentence[] {
  if (n === null) return [];
  const whole = Math.round(n);
  const text = whole === 0 ? 'No commands in the last minute.' : `${plural(whole, 'command')} a minute.`;
  return [{ text, level: 'ok', href: 'commands' }];
}

function plugins({ plugins: rows, recentErrors }: VerdictInput): Sentence[] {
  const out: Sentence[] = [];
  for (const p of rows) {
    if (!p.stuck) continue;
    out.push({
      text: `${p.name} has been stuck in ${p.stuck.handler} for ${Math.round(p.stuck.seconds)} s.`,
      level: 'err',
      href: 'plugins',
    });
  }
  const failed = rows.filter((p) => p.state === 'failed');
  if (failed.length === 1) out.push({ text: `${failed[0]!.name} failed to load.`, level: 'warn', href: 'plugins' });
  else if (failed.length)
    out.push({ text: `${failed.length} plugins failed to load.`, level: 'warn', href: 'plugins' });
  if (recentErrors !== null && recentErrors >= 0.5) {
    const n = Math.round(recentErrors);
    const text = `${plural(n, 'plugin error')} in five minutes.`;
    out.push({ text, level: n >= MANY_ERRORS ? 'warn' : 'ok', href: 'plugins?sort=-errors' });
  } else if (recentErrors !== null && !out.length && rows.length) {
    out.push({ text: 'No plugin errors.', level: 'ok', href: 'plugins' });
  }
  return out;
}

function slow({ commands: rows }: VerdictInput): Sentence[] {
  const n = rows.filter(isSlow).length;
  return n
    ? [{ text: `${plural(n, 'command is', 'commands are')} slow.`, level: 'warn', href: 'commands?sort=-p95_ms' }]
    : [];
}

export function verdict(input: VerdictInput): Verdict {
  if (!input.connected) {
    return { level: 'err', sentences: [{ text: 'No contact with Discern.', level: 'err' }] };
  }
  // The worst comes first: it is the one printed bold. Sorting is stable, so a calm day reads shards, commands, plugins.
  const sentences = [shards(input), ...commands(input), ...plugins(input), ...slow(input)];
  sentences.sort((a, b) => Math.max(1, RANK[b.level]) - Math.max(1, RANK[a.level]));
  const level = sentences.reduce<Level>((worst, s) => (RANK[s.level] > RANK[worst] ? s.level : worst), 'unknown');
  return { level, sentences };
}
