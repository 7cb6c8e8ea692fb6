/** The one global time range: a preset that ends now, or a fixed window. It lives in the URL; only presets are remembered. */

export const PRESETS = [
  { key: '5m', short: '5 min', seconds: 300, words: 'last 5 minutes', smooth: 5 },
  { key: '15m', short: '15 min', seconds: 900, words: 'last 15 minutes', smooth: 10 },
  { key: '1h', short: '1 h', seconds: 3600, words: 'last hour', smooth: 30 },
  { key: '6h', short: '6 h', seconds: 21_600, words: 'last 6 hours', smooth: 0 },
  { key: '24h', short: '24 h', seconds: 86_400, words: 'last 24 hours', smooth: 0 },
  { key: '7d', short: '7 days', seconds: 604_800, words: 'last 7 days', smooth: 0 },
] as const;

export type PresetKey = (typeof PRESETS)[number]['key'];
export type Range = { kind: 'preset'; key: PresetKey } | { kind: 'window'; from: number; to: number };

export const LIVE_SECONDS = 3600;
const LEAST_SECONDS = 10;
const GREATEST_SECONDS = 366 * 86_400;

export const isPresetKey = (s: string | null): s is PresetKey => PRESETS.some((p) => p.key === s);
export const presetOf = (key: PresetKey) => PRESETS.find((p) => p.key === key)!;

export const spanOf = (r: Range) => (r.kind === 'preset' ? presetOf(r.key).seconds : r.to - r.from);

/** True when the range ends now and the live ring holds all of it, so that every tick extends it. */
export const isLive = (r: Range) => r.kind === 'preset' && presetOf(r.key).seconds <= LIVE_SECONDS;

export const bounds = (r: Range, now: number): [number, number] =>
  r.kind === 'preset' ? [now - presetOf(r.key).seconds, now] : [r.from, r.to];

/** The bounds of a question about counts: up to the second that the server is in, whose end is not reached yet. */
export function question(r: Range, now: number): [number, number] {
  const [from, to] = bounds(r, Math.ceil(now) + 1);
  return [Math.round(from), Math.round(to)];
}

/** Seconds a step of history is fetched at: about two points a pixel at most, never finer than the history tick. */
export function stepFor(span: number): number {
  if (span <= 21_600) return 10;
  if (span <= 86_400) return 60;
  if (span <= 604_800) return 600;
  if (span <= 30 * 86_400) return 3600;
  return 86_400;
}

/** Seconds of trailing mean for a span shown from the live ring: counts of a single second are a comb, not a line. */
export function smoothingFor(span: number): number {
  if (span <= 120) return 1;
  if (span <= 300) return 5;
  return span <= 900 ? 10 : 30;
}

/** A window that makes sense, or null: ordered, at least ten seconds and at most a year. */
export function windowOf(from: number, to: number): Range | null {
  if (!Number.isFinite(from) || !Number.isFinite(to) || to <= from || to - from > GREATEST_SECONDS) return null;
  const missing = Math.max(0, LEAST_SECONDS - (to - from)) / 2;
  return { kind: 'window', from: Math.floor(from - missing), to: Math.ceil(to + missing) };
}

/** Half a span earlier (-1) or later (+1). Reaching now with the span of a preset gives that preset again. */
export function shift(r: Range, direction: -1 | 1, now: number): Range {
  const [from, to] = bounds(r, now);
  const span = to - from;
  const end = Math.min(now, to + (direction * span) / 2);
  const preset = PRESETS.find((p) => Math.abs(p.seconds - span) <= 2);
  if (end >= now - 1 && preset) return { kind: 'preset', key: preset.key };
  return { kind: 'window', from: Math.floor(end - span), to: Math.ceil(end) };
}

export function readRange(params: URLSearchParams, fallback: PresetKey): Range {
  const key = params.get('range');
  if (isPresetKey(key)) return { kind: 'preset', key };
  const window =
    params.has('from') && params.has('to') ? windowOf(Number(params.get('from')), Number(params.get('to'))) : null;
  return window ?? { kind: 'preset', key: fallback };
}

export const rangeParams = (r: Range): Record<string, string | null> =>
  r.kind === 'preset'
    ? { range: r.key, from: null, to: null }
    : { range: null, from: String(r.from), to: String(r.to) };
