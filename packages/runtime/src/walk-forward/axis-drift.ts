import type { Axis } from "@atc/sweep";
import type { AxisDrift } from "./walk-forward-outcome.ts";
import type { WindowChoice } from "./window-leaders.ts";

/** How the choices of windows moved along each axis. Windows without a choice are left out. */
export function axisDrift(axes: readonly Axis[], choices: readonly (WindowChoice | undefined)[]): readonly AxisDrift[] {
  const made = choices.filter((choice) => choice !== undefined);
  return axes.map((axis, place) => {
    const values = made.map(({ values: chosen }) => chosen[place] as (typeof chosen)[number]);
    const parts = values.map((value) => axis.partOf(value));
    const middles = parts.map(([from, to]) => (from + to) / 2);
    let [changes, moved] = [0, 0];
    for (let window = 1; window < values.length; window++) {
      if (values[window] !== values[window - 1]) changes++;
      moved += Math.abs((middles[window] as number) - (middles[window - 1] as number));
    }
    const isKnown = axis.isOrdered && values.length > 1;
    return {
      name: axis.name,
      values: new Set(values).size,
      changes,
      distance: isKnown ? moved / (values.length - 1) : undefined,
    };
  });
}
