/** How different colours look, to everyone: CIEDE2000 under three colour-vision deficiencies, and WCAG contrast. */

type Triple = [number, number, number];
export type Vision = 'normal' | 'protan' | 'deutan' | 'tritan';

// Machado, Oliveira, Fernandes 2009, severity 1.0; they work on linear light.
const MACHADO: Record<Exclude<Vision, 'normal'>, Triple[]> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const SRGB_TO_XYZ: Triple[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE: Triple = [0.95047, 1, 1.08883];

const apply = (m: Triple[], v: Triple) => m.map((r) => r[0] * v[0] + r[1] * v[1] + r[2] * v[2]) as Triple;

export function linear(hex: string): Triple {
  return [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

const luminance = (hex: string) => apply(SRGB_TO_XYZ, linear(hex))[1];

export function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (hi + 0.05) / (lo + 0.05);
}

function lab(rgb: Triple): Triple {
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = apply(SRGB_TO_XYZ, rgb).map((v, i) => f(v / WHITE[i]!)) as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const rad = (deg: number) => (deg * Math.PI) / 180;
const pow7 = (c: number) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));

/** CIEDE2000 of two Lab colours (Sharma, Wu, Dalal 2005). */
export function deltaE(one: Triple, two: Triple): number {
  const meanC = (Math.hypot(one[1], one[2]) + Math.hypot(two[1], two[2])) / 2;
  const g = 0.5 * (1 - pow7(meanC));
  const polar = ([l, a, b]: Triple) => {
    const a1 = a * (1 + g);
    const h = a1 === 0 && b === 0 ? 0 : (Math.atan2(b, a1) * 180) / Math.PI;
    return { l, c: Math.hypot(a1, b), h: (h + 360) % 360 };
  };
  const p = polar(one);
  const q = polar(two);
  const grey = p.c * q.c === 0;
  let dh = grey ? 0 : q.h - p.h;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const dl = q.l - p.l;
  const dc = q.c - p.c;
  const dH = 2 * Math.sqrt(p.c * q.c) * Math.sin(rad(dh / 2));
  const l = (p.l + q.l) / 2;
  const c = (p.c + q.c) / 2;
  let h = p.h + q.h;
  if (!grey) h = Math.abs(p.h - q.h) <= 180 ? h / 2 : h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  const t =
    1 -
    0.17 * Math.cos(rad(h - 30)) +
    0.24 * Math.cos(rad(2 * h)) +
    0.32 * Math.cos(rad(3 * h + 6)) -
    0.2 * Math.cos(rad(4 * h - 63));
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const rt = -2 * pow7(c) * Math.sin(rad(60 * Math.exp(-(((h - 275) / 25) ** 2))));
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dH / sh) ** 2 + rt * (dc / sc) * (dH / sh));
}

export function seen(hex: string, vision: Vision): Triple {
  const rgb = linear(hex);
  if (vision === 'normal') return lab(rgb);
  return lab(apply(MACHADO[vision], rgb).map((v) => Math.min(1, Math.max(0, v))) as Triple);
}

/** The least difference between any two of the colours under any of the four visions. */
export function worstDifference(colours: readonly string[]): number {
  let worst = Infinity;
  for (const vision of ['normal', 'protan', 'deutan', 'tritan'] as const) {
    const all = colours.map((c) => seen(c, vision));
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => (worst = Math.min(worst, deltaE(a, b)))));
  }
  return worst;
}
