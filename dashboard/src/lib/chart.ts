import uPlot from 'uplot';
import { dayAndMonth, timeOfDay, type Zone } from './format';
import type { Mark } from './marks';
import { CHART_INK, SERIES, type Theme } from './palette';
import type { ChartData } from './throughput';

/**
 * The one place that knows uPlot. A chart has lanes: bands above one another with a scale each, so that a busy and a quiet
 * series share a time axis and a cursor without a second y axis that misleads.
 */

export type Lane = {
  label: string;
  format: (v: number | null) => string;
  /** Shorter words for the axis. */
  axis: (v: number) => string;
};
export type ChartSpec = { lanes: Lane[]; theme: Theme; zone: Zone; height: number };
export type ChartEvents = {
  cursor(index: number | null): void;
  zoom(from: number, to: number): void;
  reset(): void;
};
export type Chart = {
  setData(data: ChartData, marks: readonly Mark[]): void;
  setCursor(index: number | null): void;
  destroy(): void;
};

const FONT = '11px Inter, system-ui, sans-serif';
const LANE_GAP = 0.16;

/** Bottom and top of a lane as fractions of the plot: the first is the tallest, the last lies at the bottom. */
export function laneSpan(index: number, count: number): [number, number] {
  if (count === 1) return [0, 1];
  const share = (1 - LANE_GAP * (count - 1)) / (count + 0.5);
  const top = index === 0 ? 1 : 1 - share * (index + 0.5) - LANE_GAP * index;
  return [top - share * (index === 0 ? 1.5 : 1), top];
}

/** The least round number at or above `max`. Below 1 it is round per minute, because that is how rates below 1/s are shown. */
export function niceTop(max: number): number {
  if (!(max > 0)) return 1;
  if (max < 1) return Math.min(1, niceTop(Math.max(1, max * 60)) / 60);
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 2, 3, 4, 6, 8, 10].find((s) => s * power >= max - 1e-9 * max) ?? 10;
  return step * power;
}

const scaleKey = (lane: number) => `y${lane}`;
const alpha = (hex: string, a: number) => hex + Math.round(a * 255).toString(16).padStart(2, '0');

function timeLabels(zone: Zone) {
  return (_u: uPlot, splits: number[], _axis: number, _space: number, step: number) =>
    splits.map((t) => {
      if (step >= 86_400) return dayAndMonth(t, zone);
      const text = timeOfDay(t, zone, step < 60);
      return text === '00:00' ? dayAndMonth(t, zone) : text;
    });
}

export function createChart(el: HTMLElement, spec: ChartSpec, on: ChartEvents): Chart {
  const ink = CHART_INK[spec.theme];
  const colours = SERIES[spec.theme];
  let data: ChartData = { t: [], v: spec.lanes.map(() => []), from: 0, to: 1 };
  let marks: readonly Mark[] = [];
  const tops = spec.lanes.map(() => 1);

  const scales: uPlot.Scales = { x: { time: true, range: () => [data.from, data.to] } };
  spec.lanes.forEach((_, i) => {
    const [a, b] = laneSpan(i, spec.lanes.length);
    scales[scaleKey(i)] = {
      range: (_u, _min, max) => {
        const top = (tops[i] = niceTop((max ?? 0) * 1.05));
        return [(-top * a) / (b - a), top + (top * (1 - b)) / (b - a)];
      },
    };
  });

  const options: uPlot.Options = {
    width: Math.max(1, el.clientWidth),
    height: spec.height,
    padding: [14, 8, 0, 0],
    legend: { show: false },
    scales,
    tzDate: (t) => (spec.zone === 'utc' ? uPlot.tzDate(new Date(t * 1000), 'Etc/UTC') : new Date(t * 1000)),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 8, width: 2, fill: ink.card, stroke: (_u, i) => colours[i - 1] ?? ink.text },
      bind: { dblclick: () => () => (on.reset(), null) },
    },
    axes: [
      { stroke: ink.text, font: FONT, space: 72, size: 30, gap: 6, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false }, values: timeLabels(spec.zone) },
      ...spec.lanes.map((lane, i): uPlot.Axis => ({
        scale: scaleKey(i),
        side: 3,
        stroke: ink.text,
        font: FONT,
        gap: 8,
        // Only the last axis takes room; the others draw their labels in that same column.
        size: i === spec.lanes.length - 1 ? 58 : 0,
        grid: { stroke: ink.grid, width: 1 },
        ticks: { show: false },
        splits: () => [0, tops[i]! / 2, tops[i]!],
        values: (_u, splits) => splits.map((v) => (v === 0 ? '0' : lane.axis(v))),
      })),
    ],
    series: [{}, ...spec.lanes.map((lane, i) => laneSeries(lane, i, colours[i] ?? ink.text))],
    hooks: {
      draw: [(u) => drawMarks(u, marks, ink), (u) => drawEnds(u, colours, ink.card)],
      setCursor: [(u) => on.cursor(u.cursor.left !== undefined && u.cursor.left >= 0 ? (u.cursor.idx ?? null) : null)],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width < 6) return;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          on.zoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
        },
      ],
    },
  };

  function laneSeries(lane: Lane, i: number, colour: string): uPlot.Series {
    return {
      label: lane.label,
      scale: scaleKey(i),
      stroke: colour,
      width: 1.75,
      points: { show: false },
      fill: (u) => {
        const top = u.valToPos(tops[i]!, scaleKey(i), true);
        const zero = u.valToPos(0, scaleKey(i), true);
        if (!Number.isFinite(top) || !Number.isFinite(zero)) return alpha(colour, 0.12);
        const gradient = u.ctx.createLinearGradient(0, top, 0, zero);
        gradient.addColorStop(0, alpha(colour, 0.28));
        gradient.addColorStop(1, alpha(colour, 0.02));
        return gradient;
      },
      fillTo: 0,
    } as uPlot.Series;
  }

  const plot = new uPlot(options, [[], ...spec.lanes.map(() => [])], el);
  const observer = new ResizeObserver(() => {
    if (el.clientWidth > 0 && el.clientWidth !== plot.width) plot.setSize({ width: el.clientWidth, height: spec.height });
  });
  observer.observe(el);

  return {
    setData(next, nextMarks) {
      data = next;
      marks = nextMarks;
      plot.setData([next.t, ...next.v] as uPlot.AlignedData);
    },
    setCursor(index) {
      const t = index === null ? undefined : data.t[index];
      if (t === undefined) plot.setCursor({ left: -10, top: -10 });
      else plot.setCursor({ left: plot.valToPos(t, 'x'), top: plot.over.clientHeight / 2 });
    },
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** A vertical line per event, its words beside it where there is room. */
function drawMarks(u: uPlot, marks: readonly Mark[], ink: (typeof CHART_INK)[Theme]) {
  const { ctx, bbox } = u;
  const px = uPlot.pxRatio;
  ctx.save();
  ctx.font = `${11 * px}px Inter, system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  let free = -Infinity;
  for (const mark of marks) {
    const x = u.valToPos(mark.t, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ink.mark;
    ctx.lineWidth = px;
    ctx.setLineDash([4 * px, 3 * px]);
    ctx.beginPath();
    ctx.moveTo(Math.round(x), bbox.top);
    ctx.lineTo(Math.round(x), bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(mark.text).width;
    const start = Math.min(x, bbox.left + bbox.width - width);
    if (start < free) continue;
    ctx.fillStyle = ink.text;
    ctx.fillText(mark.text, start, bbox.top - 2 * px);
    free = start + width + 8 * px;
  }
  ctx.restore();
}

/** A dot on the newest sample of each series. */
function drawEnds(u: uPlot, colours: readonly string[], card: string) {
  const px = uPlot.pxRatio;
  const last = u.data[0].length - 1;
  for (let i = 1; i < u.series.length; i++) {
    const v = u.data[i]?.[last];
    if (last < 0 || v === null || v === undefined) continue;
    const x = u.valToPos(u.data[0][last]!, 'x', true);
    const y = u.valToPos(v, scaleKey(i - 1), true);
    if (x > u.bbox.left + u.bbox.width + 1) continue;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.arc(x, y, 3.5 * px, 0, 2 * Math.PI);
    u.ctx.fillStyle = colours[i - 1]!;
    u.ctx.strokeStyle = card;
    u.ctx.lineWidth = 2 * px;
    u.ctx.stroke();
    u.ctx.fill();
    u.ctx.restore();
  }
}
