import type { SearchFigure, SearchMap } from "../data/search-data.ts";
import { figureText } from "../text/figure-text.ts";
import { decimalText } from "../text/number-text.ts";
import { heatStep, rangeOf } from "./heat-step.ts";

/** Up to this number of cells, a map is a table of figures. */
export const mostTableCells = 400;

/** A figure of a map, ready to be shown. */
export interface ShownMap {
  /** By row, then column; null if no configuration is ranked. */
  readonly values: readonly (number | null)[];
  /** The step of the colour of each value: what is better is above what is worse. */
  steps(place: number): number;
  text(place: number): string;
  /** What it shows, in a sentence with its figures. */
  readonly caption: string;
}

/**
 * A figure of a map.
 *
 * @param place - of the figure in `figures` of the map
 * @param names - of the axes: columns, then rows
 */
export function shownMap(
  { figures, rowAxis }: SearchMap,
  {
    place,
    figure,
    names: [columns, rows],
  }: {
    readonly place: number;
    readonly figure: SearchFigure;
    readonly names: readonly [columns: string, rows: string];
  },
): ShownMap {
  const values = figures[place] ?? [];
  // A figure of which less is better, such as a drawdown, is coloured as its negative.
  const sign = figure.better === "-" ? -1 : 1;
  const range = rangeOf(values.map((value) => (value === null ? null : sign * value))) ?? [0, 0];
  const known = values.filter((value) => value !== null);
  const above = known.filter((value) => value > 0).length;
  const [low, high] = rangeOf(known) ?? [];
  const axes = rowAxis === null ? columns : `${rows} (down) and ${columns} (across)`;
  const extent =
    low === undefined ? "no configuration is ranked" : `from ${figureText(low, figure)} to ${figureText(high, figure)}`;
  return {
    values,
    steps: (cell) => heatStep(sign * (values[cell] ?? 0), range),
    text: (cell) => figureText(values[cell], figure),
    caption: `${figure.name} of the best configuration by ${axes}: ${extent}; ${decimalText(above)} of ${decimalText(known.length)} cells above 0. The best configuration is outlined.`,
  };
}
