import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { fade, FONT_FAMILY, paintEnds, paintMarks } from './chart-paint';
import { dayAndMonth, timeOfDay, type Zone } from './format';
import { laneScale, niceTop } from './lanes';
import type { Mark } from './marks';
import { CHART_INK, SERIES, type Theme } from './palette';
import type { ChartData } from './throughput';

/** The one place that knows uPlot. */

export type Lane = {
  label: string;
  format: (v: number | null) => string;
  /** Shorter words for an axis that ends at `top`. */
  axis: (v: number, top: number) => string;
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

type View = { data: ChartData; marks: readonly Mark[]; tops: number[] };

const AXIS_WIDTH = 58;
const LEAST_DRAG_PX = 6;
const scaleKey = (lane: number) => `y${lane}`;

function timeLabels(zone: Zone) {
  return (_u: uPlot, splits: number[], _axis: number, _space: number, step: number) =>
    splits.map((t) => {
      if (step >= 86_400) return dayAndMonth(t, zone);
      const text = timeOfDay(t, zone, step < 60);
      return text === '00:00' ? dayAndMonth(t, zone) : text;
    });
}

function axesOf({ lanes, theme, zone }: ChartSpec, view: View): uPlot.Axis[] {
  const ink = CHART_INK[theme];
  const common = { stroke: ink.text, font: `11px ${FONT_FAMILY}`, ticks: { show: false } };
  const time: uPlot.Axis = { ...common, space: 90, size: 26, gap: 6, grid: { show: false }, values: timeLabels(zone) };
  const values = lanes.map((lane, i): uPlot.Axis => ({
    ...common,
    scale: scaleKey(i),
    side: 3,
    gap: 8,
    // Only the last axis takes room; the others write their labels into that same column.
    size: i === lanes.length - 1 ? AXIS_WIDTH : 0,
    grid: { stroke: ink.grid, width: 1 },
    splits: () => [0, view.tops[i]! / 2, view.tops[i]!],
    values: (_u, splits) => splits.map((v) => (v === 0 ? '0' : lane.axis(v, view.tops[i]!))),
  }));
  return [time, ...values];
}

function scalesOf({ lanes }: ChartSpec, view: View): uPlot.Scales {
  const scales: uPlot.Scales = { x: { time: true, range: () => [view.data.from, view.data.to] } };
  lanes.forEach((_, i) => {
    scales[scaleKey(i)] = {
      range: (_u, _min, max) => {
        view.tops[i] = niceTop(max ?? 0);
        return laneScale(i, lanes.length, view.tops[i]!);
      },
    };
  });
  return scales;
}

function seriesOf({ lanes, theme }: ChartSpec, view: View): uPlot.Series[] {
  const lines = lanes.map((lane, i) => {
    const colour = SERIES[theme][i] ?? CHART_INK[theme].text;
    const fill = (u: uPlot) => fade(u, scaleKey(i), view.tops[i]!, colour);
    const fillTo = () => 0;
    return {
      label: lane.label,
      scale: scaleKey(i),
      stroke: colour,
      width: 1.75,
      points: { show: false },
      fill,
      fillTo,
    };
  });
  return [{}, ...lines];
}

function cursorOf({ theme }: ChartSpec, on: ChartEvents): uPlot.Cursor {
  const ink = CHART_INK[theme];
  const stroke = (_u: uPlot, series: number) => SERIES[theme][series - 1] ?? ink.text;
  const reset = () => {
    on.reset();
    return null;
  };
  return {
    y: false,
    drag: { x: true, y: false, setScale: false },
    points: { size: 8, width: 2, fill: ink.card, stroke },
    bind: { dblclick: () => reset },
  };
}

function hooksOf(spec: ChartSpec, on: ChartEvents, view: View): uPlot.Hooks.Arrays {
  return {
    draw: [(u) => paintMarks(u, view.marks, spec.theme), (u) => paintEnds(u, scaleKey, SERIES[spec.theme], spec.theme)],
    setCursor: [(u) => on.cursor((u.cursor.left ?? -1) >= 0 ? (u.cursor.idx ?? null) : null)],
    setSelect: [
      (u) => {
        const { left, width } = u.select;
        if (width < LEAST_DRAG_PX) return;
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        on.zoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
      },
    ],
  };
}

/** Draws into `el` and follows its width. The x axis shows exactly data.from to data.to, gaps included. */
export function createChart(el: HTMLElement, spec: ChartSpec, on: ChartEvents): Chart {
  const view: View = { data: { t: [], v: [], from: 0, to: 1 }, marks: [], tops: spec.lanes.map(() => 1) };
  const plot = new uPlot(
    {
      width: Math.max(1, el.clientWidth),
      height: spec.height,
      padding: [14, 8, 0, 0],
      legend: { show: false },
      tzDate: (t) => (spec.zone === 'utc' ? uPlot.tzDate(new Date(t * 1000), 'Etc/UTC') : new Date(t * 1000)),
      axes: axesOf(spec, view),
      scales: scalesOf(spec, view),
      series: seriesOf(spec, view),
      cursor: cursorOf(spec, on),
      hooks: hooksOf(spec, on, view),
    },
    [[], ...spec.lanes.map(() => [])],
    el,
  );
  const observer = new ResizeObserver(() => {
    if (el.clientWidth > 0 && el.clientWidth !== plot.width)
      plot.setSize({ width: el.clientWidth, height: spec.height });
  });
  observer.observe(el);

  return {
    setData(data, marks) {
      Object.assign(view, { data, marks });
      plot.setData([data.t, ...data.v] as uPlot.AlignedData);
    },
    setCursor(index) {
      const t = index === null ? undefined : view.data.t[index];
      if (t === undefined) plot.setCursor({ left: -10, top: -10 });
      else plot.setCursor({ left: plot.valToPos(t, 'x'), top: plot.over.clientHeight / 2 });
    },
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}
