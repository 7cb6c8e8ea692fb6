/** Pure number and time formatting. Every Intl formatter is built once: building one costs fifty times a format(). */

export type Zone = 'local' | 'utc';
type Maybe = number | null | undefined;

export const NIL = '\u2013';
const absent = (n: Maybe): n is null | undefined => n == null || !Number.isFinite(n);

const BYTE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function createFormat(locale: string) {
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const digits = [0, 1, 2].map(
    (d) => new Intl.NumberFormat(locale, { minimumFractionDigits: d, maximumFractionDigits: d }),
  );
  const ratio = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const fixed = (n: number, d: 0 | 1 | 2) => digits[d]!.format(n);
  const significant = (n: number) => fixed(n, Math.abs(n) >= 99.95 ? 0 : Math.abs(n) >= 9.995 ? 1 : 2);

  /** A count in a narrow place: in full below 10,000, compact above. Put `full` into the title beside it. */
  const count = (n: Maybe) => (absent(n) ? NIL : Math.abs(n) < 10_000 ? integer.format(n) : compact.format(n));
  /** A count where there is room: in full below ten million. */
  const tally = (n: Maybe) => (absent(n) ? NIL : Math.abs(n) < 10_000_000 ? integer.format(n) : compact.format(n));
  const full = (n: Maybe) => (absent(n) ? NIL : integer.format(n));

  const bytes = (n: Maybe) => {
    if (absent(n)) return NIL;
    if (Math.abs(n) < 1024) return `${integer.format(n)} B`;
    let value = n;
    let unit = -1;
    do {
      value /= 1024;
      unit++;
    } while (Math.abs(value) >= 1023.5 && unit < BYTE_UNITS.length - 1);
    return `${significant(value)} ${BYTE_UNITS[unit]}`;
  };

  /** The two largest units of a span in seconds: 3d 4h, 1m 35s. */
  const duration = (seconds: Maybe) => {
    if (absent(seconds)) return NIL;
    const s = Math.max(0, Math.floor(seconds));
    const parts: [number, string][] = [
      [Math.floor(s / 86_400), 'd'],
      [Math.floor(s / 3600) % 24, 'h'],
      [Math.floor(s / 60) % 60, 'm'],
      [s % 60, 's'],
    ];
    const first = parts.findIndex(([n]) => n > 0);
    if (first < 0) return '0s';
    return parts
      .slice(first, first + 2)
      .filter(([n]) => n > 0)
      .map(([n, unit]) => `${n}${unit}`)
      .join(' ');
  };

  /** A latency in milliseconds, three significant digits at most. */
  const latency = (ms: Maybe) => {
    if (absent(ms)) return NIL;
    if (ms === 0) return '0 ms';
    if (ms < 0.9995) return `${integer.format(ms * 1000)} \u00b5s`;
    if (ms < 999.5) return `${ms < 9.95 ? fixed(ms, 1) : integer.format(ms)} ms`;
    return ms < 59_950 ? `${fixed(ms / 1000, ms < 9995 ? 2 : 1)} s` : duration(ms / 1000);
  };

  /** A rate given per second; shown per minute below 1/s, and never as zero for something that happens. */
  const rate = (perSecond: Maybe) => {
    if (absent(perSecond)) return NIL;
    if (perSecond === 0) return '0/s';
    if (perSecond >= 999.5) return `${compact.format(perSecond)}/s`;
    if (perSecond >= 1) return `${fixed(perSecond, 1)}/s`;
    const perMinute = perSecond * 60;
    return perMinute < 0.05 ? '<0.1/min' : `${fixed(perMinute, 1)}/min`;
  };

  /** A rate on an axis that ends at `top`: one unit for the whole axis, no trailing zero. */
  const axisRate = (perSecond: number, top: number) => {
    if (top >= 999.5) return `${compact.format(perSecond)}/s`;
    return top > 1 ? `${short.format(perSecond)}/s` : `${short.format(perSecond * 60)}/min`;
  };

  /** part of whole as a percentage; no whole is no answer, not zero. */
  const share = (part: Maybe, whole: Maybe) => {
    if (absent(part) || absent(whole) || whole === 0) return NIL;
    const r = part / whole;
    return r > 0 && r < 0.0005 ? '<0.1%' : ratio.format(r);
  };

  /** A figure that already is a percentage (CPU: 150 is one and a half cores). */
  const percent = (n: Maybe) => (absent(n) ? NIL : n > 0 && n < 0.05 ? '<0.1%' : `${fixed(n, n < 99.95 ? 1 : 0)}%`);

  const ago = (t: Maybe, now: number) => {
    if (absent(t)) return NIL;
    const d = Math.round(t - now);
    const a = Math.abs(d);
    if (a < 60) return relative.format(d, 'second');
    if (a < 3600) return relative.format(Math.round(d / 60), 'minute');
    if (a < 86_400) return relative.format(Math.round(d / 3600), 'hour');
    return relative.format(Math.round(d / 86_400), 'day');
  };

  return { count, tally, full, bytes, duration, latency, rate, axisRate, share, percent, ago, fixed };
}

export type Format = ReturnType<typeof createFormat>;

/** Clock texts; English month names and 24 hours on purpose: a log line and a chart must be comparable. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function clock(zone: Zone, options: Intl.DateTimeFormatOptions) {
  const key = zone + JSON.stringify(options);
  let made = clocks.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', {
      ...options,
      hourCycle: 'h23',
      timeZone: zone === 'utc' ? 'UTC' : undefined,
    });
    clocks.set(key, made);
  }
  return made;
}
const at = (t: number) => new Date(t * 1000);
const HM = { hour: '2-digit', minute: '2-digit' } as const;

export const timeOfDay = (t: number, zone: Zone, seconds = true) =>
  clock(zone, seconds ? { ...HM, second: '2-digit' } : HM).format(at(t));
export const dayAndMonth = (t: number, zone: Zone) => clock(zone, { day: 'numeric', month: 'short' }).format(at(t));
export const zoneName = (t: number, zone: Zone) =>
  zone === 'utc'
    ? 'UTC'
    : (clock(zone, { timeZoneName: 'short' })
        .formatToParts(at(t))
        .find((p) => p.type === 'timeZoneName')?.value ?? 'local');
/** 23 Nov 21:08:53 UTC */
export const timestamp = (t: Maybe, zone: Zone) =>
  absent(t) ? NIL : `${dayAndMonth(t, zone)} ${timeOfDay(t, zone)} ${zoneName(t, zone)}`;

export const format = createFormat(typeof navigator === 'undefined' ? 'en' : navigator.language);
