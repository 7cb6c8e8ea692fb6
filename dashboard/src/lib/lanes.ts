/**
 * Lanes: bands above one another in one chart, each with a scale of its own, so that a busy and a quiet series share a time
 * axis and a cursor without a second y axis that misleads. Pure.
 */

const GAP = 0.16;
/** The first lane is this much taller than the others. */
const FIRST = 1.5;

/** Bottom and top of a lane as fractions of the plot, from below; the last lane lies at the bottom. */
export function laneSpan(index: number, count: number): [number, number] {
  if (count === 1) return [0, 1];
  const share = (1 - GAP * (count - 1)) / (count - 1 + FIRST);
  const above = index === 0 ? 0 : share * (FIRST + index - 1) + GAP * index;
  const height = share * (index === 0 ? FIRST : 1);
  return [1 - above - height, 1 - above];
}

/** The ends of the whole plot in the units of a lane whose own scale runs from 0 to `top`. */
export function laneScale(index: number, count: number, top: number): [number, number] {
  const [a, b] = laneSpan(index, count);
  return [(-top * a) / (b - a), top + (top * (1 - b)) / (b - a)];
}

const STEPS = [1, 2, 3, 4, 6, 8, 10];

/** The least round number at or above `max`. Below 1 it is round per minute, because that is how rates below 1/s are shown. */
export function niceTop(max: number): number {
  if (!(max > 0)) return 1;
  if (max < 1) return Math.min(1, niceTop(Math.max(1, max * 60)) / 60);
  const power = 10 ** Math.floor(Math.log10(max));
  return (STEPS.find((s) => s * power >= max * (1 - 1e-9)) ?? 10) * power;
}
