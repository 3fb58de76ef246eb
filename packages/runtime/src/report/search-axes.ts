import type { AxisTick, SearchAxis } from "@atc/report";
import type { Axis, AxisValue } from "@atc/sweep";

/** The most values of an axis that are listed; of one with more, some at equal distances. */
const mostTicks = 200;
const someTicks = 33;

function middleOf(axis: Axis, value: AxisValue): number {
  const [from, to] = axis.partOf(value);
  return Number(((from + to) / 2).toFixed(6));
}

function ticksOf(axis: Axis): readonly AxisTick[] {
  const { size } = axis;
  const tick = (value: AxisValue): AxisTick => ({ value, part: middleOf(axis, value) });
  if (size !== undefined && size <= mostTicks) return Array.from({ length: size }, (_, index) => tick(axis.at(index)));
  return Array.from({ length: someTicks }, (_, place) => {
    const part = place / (someTicks - 1);
    if (size !== undefined) return tick(axis.at(Math.round(part * (size - 1))));
    return tick(axis.atPart(Math.min(part, 1 - 2 ** -53)));
  });
}

/** The axes of a search for a report. */
export function searchAxes(axes: readonly Axis[]): readonly SearchAxis[] {
  return axes.map((axis) => ({
    name: axis.name,
    keys: axis.keys,
    size: axis.size ?? null,
    ticks: ticksOf(axis),
  }));
}
