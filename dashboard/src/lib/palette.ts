/**
 * Series colours, in order; blue then orange cover nine charts in ten. Scored with CIEDE2000 under normal vision and
 * three colour-vision deficiencies, and for contrast against the card, by test/lib/palette.test.ts. Picking by eye
 * scored 0.8 once: do not change a colour without that test.
 */
export const SERIES = {
  light: ['#0072b2', '#b35900', '#be7f99', '#3c0098', '#1b400e', '#591e3e'],
  dark: ['#56b4e9', '#f0a33a', '#ab6085', '#9b32fc', '#628856', '#c0ecb7'],
} as const;

/** What a canvas needs to know of the theme; the same values as in styles/tokens.css, kept equal by the palette test. */
export const CHART_INK = {
  light: { text: '#525c6b', grid: '#e6e9ef', mark: '#6b7485', card: '#ffffff' },
  dark: { text: '#a3adbb', grid: '#242d3a', mark: '#8b97a8', card: '#171e28' },
} as const;

export type Theme = 'light' | 'dark';
