import uPlot from 'uplot';
import type { Mark } from './marks';
import { CHART_INK, type Theme } from './palette';

/** What is painted on top of uPlot's own drawing. Coordinates are canvas pixels. */

export const FONT_FAMILY = 'Inter, system-ui, sans-serif';

const alpha = (hex: string, a: number) =>
  hex +
  Math.round(a * 255)
    .toString(16)
    .padStart(2, '0');

/** A fill that fades from the top of a lane to its zero line. */
export function fade(u: uPlot, scale: string, top: number, colour: string): CanvasGradient | string {
  const y0 = u.valToPos(top, scale, true);
  const y1 = u.valToPos(0, scale, true);
  if (!Number.isFinite(y0) || !Number.isFinite(y1)) return alpha(colour, 0.12);
  const gradient = u.ctx.createLinearGradient(0, y0, 0, y1);
  gradient.addColorStop(0, alpha(colour, 0.28));
  gradient.addColorStop(1, alpha(colour, 0.02));
  return gradient;
}

/** A vertical line per event, its words beside it where there is room. */
export function paintMarks(u: uPlot, marks: readonly Mark[], theme: Theme) {
  const { ctx, bbox } = u;
  const px = uPlot.pxRatio;
  const ink = CHART_INK[theme];
  ctx.save();
  ctx.font = `${11 * px}px ${FONT_FAMILY}`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  ctx.strokeStyle = ink.mark;
  ctx.fillStyle = ink.text;
  ctx.lineWidth = px;
  ctx.setLineDash([4 * px, 3 * px]);
  let free = -Infinity;
  for (const mark of marks) {
    const x = Math.round(u.valToPos(mark.t, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(mark.text).width;
    const start = Math.min(x, bbox.left + bbox.width - width);
    if (start < free) continue;
    ctx.fillText(mark.text, start, bbox.top - 2 * px);
    free = start + width + 8 * px;
  }
  ctx.restore();
}

/** A dot on the newest sample of each series. */
export function paintEnds(u: uPlot, scaleOf: (series: number) => string, colours: readonly string[], theme: Theme) {
  const px = uPlot.pxRatio;
  const last = u.data[0].length - 1;
  const t = u.data[0][last];
  if (t === undefined) return;
  const x = u.valToPos(t, 'x', true);
  if (x > u.bbox.left + u.bbox.width + 1) return;
  u.ctx.save();
  u.ctx.strokeStyle = CHART_INK[theme].card;
  u.ctx.lineWidth = 2 * px;
  for (let i = 1; i < u.series.length; i++) {
    const v = u.data[i]?.[last];
    if (v === null || v === undefined) continue;
    u.ctx.beginPath();
    u.ctx.arc(x, u.valToPos(v, scaleOf(i - 1), true), 3.5 * px, 0, 2 * Math.PI);
    u.ctx.fillStyle = colours[i - 1] ?? CHART_INK[theme].text;
    u.ctx.stroke();
    u.ctx.fill();
  }
  u.ctx.restore();
}
