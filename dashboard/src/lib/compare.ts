import type { ComparedWindow, Comparison } from '../api/types';
import type { Format } from './format';

/** Before and after a reload, line by line. Pure. */

export type ComparedLine = {
  label: string;
  before: string;
  after: string;
  change: string;
  verdict: 'better' | 'worse' | 'same';
};

type Rate = Exclude<keyof ComparedWindow, 'from' | 'to' | 'handler_p95_ms'>;
/** `bad`: more of it is worse; otherwise it is only work, neither good nor bad. `scale`: to the unit that `say` wants. */
type Line = { key: Rate; label: string; say: (f: Format, v: number | null) => string; bad: boolean };

const perMinute = (f: Format, v: number | null) => f.rate(v === null ? null : v / 60);
const LINES: Line[] = [
  { key: 'commands_per_minute', label: 'Commands', say: perMinute, bad: false },
  { key: 'events_per_second', label: 'Events', say: (f, v) => f.rate(v), bad: false },
  { key: 'errors_per_minute', label: 'Errors', say: perMinute, bad: true },
  { key: 'failed_commands_per_minute', label: 'Failed commands', say: perMinute, bad: true },
  { key: 'stalls_per_minute', label: 'Over its time budget', say: perMinute, bad: true },
  { key: 'dropped_per_minute', label: 'Dropped', say: perMinute, bad: true },
  { key: 'cpu_ratio', label: 'CPU', say: (f, v) => f.percent(v === null ? null : v * 100), bad: true },
  { key: 'rest_per_minute', label: 'Requests to Discord', say: perMinute, bad: false },
  {
    key: 'allocated_bytes_per_second',
    label: 'Allocated',
    say: (f, v) => (v === null ? f.bytes(null) : `${f.bytes(v)}/s`),
    bad: true,
  },
];

/** Under a tenth nobody would call it a change. */
const NOTABLE = 0.1;

function changeOf(
  before: number | null,
  after: number | null,
  f: Format,
  bad: boolean,
): Pick<ComparedLine, 'change' | 'verdict'> {
  if (before === null || after === null) return { change: '', verdict: 'same' };
  const ratio = before === 0 ? (after === 0 ? 0 : Infinity) : after / before - 1;
  if (Math.abs(ratio) < NOTABLE) return { change: 'as before', verdict: 'same' };
  const change =
    ratio === Infinity
      ? 'new'
      : after === 0
        ? 'gone'
        : ratio >= 1
          ? `${f.fixed(ratio + 1, 1)} times`
          : `${ratio > 0 ? '+' : '\u2212'}${f.fixed(Math.abs(ratio) * 100, 0)}%`;
  return { change, verdict: bad ? (ratio > 0 ? 'worse' : 'better') : 'same' };
}

/** Lines of which nothing is known are left out. */
export function comparedLines({ before, after }: Comparison, f: Format): ComparedLine[] {
  const rates = LINES.filter(({ key }) => before[key] !== null || after[key] !== null).map(
    ({ key, label, say, bad }) => ({
      label,
      before: say(f, before[key]),
      after: say(f, after[key]),
      ...changeOf(before[key], after[key], f, bad),
    }),
  );
  const kinds = [...new Set([...Object.keys(before.handler_p95_ms), ...Object.keys(after.handler_p95_ms)])].sort();
  const handlers = kinds.map((kind) => {
    const [b, a] = [before.handler_p95_ms[kind] ?? null, after.handler_p95_ms[kind] ?? null];
    return { label: `Handler p95, ${kind}`, before: f.latency(b), after: f.latency(a), ...changeOf(b, a, f, true) };
  });
  return [...rates, ...handlers];
}
