import { describe, expect, it } from 'vitest';
import { CHART_INK, SERIES } from '../../src/lib/palette';
import css from '../../src/styles/tokens.css?raw';
import { contrast, deltaE, worstDifference } from '../colour';

function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!;
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]));
}
const THEMES = { light: tokens(':root'), dark: tokens(":root[data-theme='dark']") };

describe('the scorer', () => {
  it.each([
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1, 2], [50, 0, 0], 2.3669],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  ] as [[number, number, number], [number, number, number], number][])(
    'agrees with the published pairs: %j %j',
    (a, b, e) => {
      expect(deltaE(a, b)).toBeCloseTo(e, 4);
    },
  );
  it('knows the ends of contrast', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#777777')).toBe(1);
  });
  it('finds a palette that a colour-blind person cannot use', () => {
    expect(
      worstDifference(['#4e79a7', '#f28e2b', '#e15759', '#76b7b2', '#59a14f', '#edc948', '#b07aa1', '#ff9da7']),
    ).toBeLessThan(2);
  });
});

describe.each(['light', 'dark'] as const)('the %s palette', (theme) => {
  const t = THEMES[theme];
  it('has six series that differ under every vision', () => {
    expect(SERIES[theme]).toHaveLength(6);
    expect(worstDifference(SERIES[theme])).toBeGreaterThanOrEqual(12);
  });
  it('has series that stand out from the card', () => {
    for (const c of SERIES[theme]) expect(contrast(c, t.card!), c).toBeGreaterThanOrEqual(3);
  });
  it('has ink that can be read on card, page and sunk ground', () => {
    for (const ink of ['ink', 'mut', 'acc', 'ok', 'warn', 'err']) {
      for (const ground of ['card', 'bg', 'sunk', 'raised', 'hover'])
        expect(contrast(t[ink]!, t[ground]!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
  it('has state words that can be read on their own tint', () => {
    for (const s of ['ok', 'warn', 'err', 'acc'])
      expect(contrast(t[s]!, t[`${s}-soft`]!), s).toBeGreaterThanOrEqual(4.5);
  });
  it('is the same in the style sheet and on the canvas', () => {
    expect([t['series-1'], t['series-2']]).toEqual(SERIES[theme].slice(0, 2));
    expect([t.card, t.mut]).toEqual([CHART_INK[theme].card, CHART_INK[theme].text]);
  });
});
