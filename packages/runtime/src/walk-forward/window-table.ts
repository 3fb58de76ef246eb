import type { MetricName, TableBlocks } from "@atc/backtest";
import type { ColumnMetadata, TextColumn, TypedArray } from "@atc/contract";
import type { Axis, AxisValue } from "@atc/sweep";
import type { WalkForwardOutcome, WalkForwardStep } from "./walk-forward-outcome.ts";

/** A column, with a value per window. */
interface WindowColumn extends ColumnMetadata {
  readonly values: TypedArray | TextColumn;
}

function timeColumn(
  name: string,
  windows: readonly WalkForwardStep[],
  of: (step: WalkForwardStep) => number,
): WindowColumn {
  return { name, type: "timestamp[ms]", values: BigInt64Array.from(windows, (step) => BigInt(of(step))) };
}

function numberColumn(
  name: string,
  windows: readonly WalkForwardStep[],
  of: (step: WalkForwardStep) => number | undefined,
): WindowColumn {
  return { name, type: "float64", values: Float64Array.from(windows, (step) => of(step) ?? Number.NaN) };
}

/** The chosen values of an axis. A window without a choice has none. */
function axisColumn(name: string, { kind }: Axis, chosen: readonly (AxisValue | undefined)[]): WindowColumn {
  const isText = kind === "text" || chosen.some((value) => typeof value === "string");
  if (!isText)
    return {
      name,
      type: "float64",
      values: Float64Array.from(chosen, (value) => (value === undefined ? Number.NaN : Number(value))),
    };
  const values = [...new Set(chosen.map((value) => (value === undefined ? "" : String(value))))];
  const indices = Int32Array.from(chosen, (value) => values.indexOf(value === undefined ? "" : String(value)));
  return { name, type: "text", values: { indices, values } };
}

/** The columns of figures: each in training, then in the test. */
function figureColumns(metrics: readonly MetricName[], windows: readonly WalkForwardStep[]): readonly WindowColumn[] {
  return metrics.flatMap((name, place) => [
    numberColumn(`train.${name}`, windows, ({ inSample }) => inSample[place]),
    numberColumn(`test.${name}`, windows, ({ outOfSample }) => outOfSample[place]),
  ]);
}

/** The windows of a walk-forward as a table with a row each. */
export function windowTable({ windows, axes, metrics }: WalkForwardOutcome): TableBlocks {
  const all: readonly WindowColumn[] = [
    { name: "window", type: "int32", values: Int32Array.from(windows, (_, window) => window + 1) },
    timeColumn("train.from", windows, ({ train }) => train.from),
    timeColumn("train.to", windows, ({ train }) => train.to),
    timeColumn("test.from", windows, ({ test }) => test.from),
    timeColumn("test.to", windows, ({ test }) => test.to),
    {
      name: "configuration",
      type: "int32",
      values: Int32Array.from(windows, ({ choice }) => choice?.configuration ?? -1),
    },
    ...axes.flatMap((axis, place) =>
      axis.keys.map((key) =>
        axisColumn(
          key,
          axis,
          windows.map(({ choice }) => choice?.values[place]),
        ),
      ),
    ),
    numberColumn("train.objective", windows, ({ choice }) => choice?.inSample),
    numberColumn("test.objective", windows, ({ choice }) => choice?.outOfSample),
    ...figureColumns(metrics, windows),
    numberColumn("efficiency", windows, ({ efficiency }) => efficiency),
    numberColumn("rankCorrelation", windows, ({ rankCorrelation }) => rankCorrelation),
  ];
  const texts = Object.fromEntries(
    all.flatMap(({ name, values }) => ("indices" in values ? [[name, values.values] as const] : [])),
  );
  return {
    length: windows.length,
    columns: all.map(({ name, type }) => ({ name, type })),
    texts,
    *blocks(names) {
      const chosen = all.filter(({ name }) => names.includes(name));
      const columns = chosen.map(({ name, type }) => ({ name, type }));
      yield {
        length: windows.length,
        columns,
        values: Object.fromEntries(chosen.map(({ name, values }) => [name, values])),
      };
    },
  };
}
