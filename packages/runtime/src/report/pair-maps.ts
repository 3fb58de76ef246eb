import type { SearchMap } from "@atc/report";
import type { Axis, AxisValue } from "@atc/sweep";
import { type AxisBins, axisBins } from "../sweep/axis-bins.ts";
import { finite } from "./search-figures.ts";

/** The most numbers in all maps of a report. */
const mostNumbers = 60_000;
const fewestBins = 8;
const mostBins = 48;
/** The most axes of which there are maps. */
const mostAxes = 12;

/** The best configuration for each pair of values of two axes. */
interface PairMap {
  readonly columnAxis: number;
  readonly rowAxis: number | undefined;
  readonly columns: AxisBins;
  readonly rows: AxisBins | undefined;
  readonly scores: Float64Array;
  readonly indices: Float64Array;
  /** By cell, then figure. */
  readonly figures: Float64Array;
}

/** Collects maps of all pairs of axes. */
export interface PairMaps {
  add(index: number, values: readonly AxisValue[], figures: Float64Array): void;
  /** The maps: that of the last two axes or of `first` first. */
  list(best: readonly AxisValue[] | undefined): readonly SearchMap[];
}

function pairsOf(axes: number): readonly (readonly [column: number, row: number | undefined])[] {
  if (axes === 1) return [[0, undefined]];
  return Array.from({ length: axes }, (_, row) =>
    Array.from({ length: axes - row - 1 }, (_unused, place) => [row + 1 + place, row] as const),
  ).flat();
}

/**
 * Creates the maps of a search. A cell has the configuration with the largest first figure, the earliest of equals.
 *
 * @param width - figures of a configuration
 * @param first - the axes of the map that is shown first: columns, then rows. Default: the first two
 */
export function pairMaps(
  axes: readonly Axis[],
  width: number,
  first: readonly [columns: number, rows: number] | undefined,
): PairMaps {
  const pairs = pairsOf(Math.min(axes.length, mostAxes)).toSorted(([aColumn, aRow], [bColumn, bRow]) => {
    const rank = (column: number, row: number | undefined): number =>
      first?.includes(column) && first.includes(row ?? -1) ? 0 : 1;
    return rank(aColumn, aRow) - rank(bColumn, bRow);
  });
  const edge = Math.floor(Math.sqrt(mostNumbers / Math.max(1, pairs.length * width)));
  const bins = axes.map((axis) => axisBins(axis, Math.min(mostBins, Math.max(fewestBins, edge))));
  const maps = pairs.map(([column, row], place): PairMap => {
    const [columnAxis, rowAxis] = place === 0 && first !== undefined && row !== undefined ? first : [column, row];
    const columns = bins[columnAxis] as AxisBins;
    const rows = rowAxis === undefined ? undefined : bins[rowAxis];
    const cells = columns.count * (rows?.count ?? 1);
    return {
      columnAxis,
      rowAxis,
      columns,
      rows,
      scores: new Float64Array(cells).fill(Number.NaN),
      indices: new Float64Array(cells).fill(Number.POSITIVE_INFINITY),
      figures: new Float64Array(cells * width).fill(Number.NaN),
    };
  });
  const places = new Int32Array(axes.length);

  function cellOf({ columnAxis, rowAxis, columns }: PairMap): number {
    return (rowAxis === undefined ? 0 : (places[rowAxis] as number)) * columns.count + (places[columnAxis] as number);
  }

  function place(values: readonly AxisValue[]): void {
    for (const [axis, value] of values.entries()) places[axis] = (bins[axis] as AxisBins).of(value);
  }

  return {
    add(index, values, figures) {
      place(values);
      const score = figures[0] as number;
      for (const map of maps) {
        const cell = cellOf(map);
        const known = map.scores[cell] as number;
        if (known > score || (known === score && (map.indices[cell] as number) < index)) continue;
        map.scores[cell] = score;
        map.indices[cell] = index;
        map.figures.set(figures, cell * width);
      }
    },
    list(best) {
      if (best !== undefined) place(best);
      return maps.map((map) => ({
        columnAxis: map.columnAxis,
        rowAxis: map.rowAxis ?? null,
        columns: map.columns.labels,
        rows: map.rows?.labels ?? [{ first: "", last: "" }],
        figures: Array.from({ length: width }, (_, figure) =>
          Array.from(map.scores, (_score, cell) => finite(map.figures[cell * width + figure])),
        ),
        best: best === undefined ? null : cellOf(map),
      }));
    },
  };
}
