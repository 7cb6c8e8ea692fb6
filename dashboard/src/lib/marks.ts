import type { Value } from './ring';

/** Something that happened at a moment: drawn as a vertical line on every chart, listed in its table. */
export type Mark = { t: number; kind: string; text: string };

/**
 * Starts of the process that the live series itself shows: uptime fell, or began inside what we hold. They are known at once,
 * without asking history.
 */
export function startMarks(t: readonly number[], uptime: readonly Value[]): Mark[] {
  const marks: Mark[] = [];
  let previous: Value = null;
  for (let i = 0; i < t.length; i++) {
    const up = uptime[i] ?? null;
    if (up === null) continue;
    const began = t[i]! - up;
    if (previous === null ? began >= t[0]! - 60 : up < previous)
      marks.push({ t: began, kind: 'start', text: 'Discern started' });
    previous = up;
  }
  return marks;
}

/**
 * One list in order of time; the same event told twice (live and by history) counts once, in history's words. What history
 * tells stands for one live mark at most: the bot may start twice within seconds.
 */
export function mergeMarks(recorded: readonly Mark[], live: readonly Mark[]): Mark[] {
  const unclaimed = [...recorded];
  const fresh = live.filter((m) => {
    const twin = unclaimed.findIndex((r) => r.kind === m.kind && Math.abs(r.t - m.t) < 15);
    if (twin >= 0) unclaimed.splice(twin, 1);
    return twin < 0;
  });
  return [...recorded, ...fresh].sort((a, b) => a.t - b.t);
}
