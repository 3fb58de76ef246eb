import type { BlockJson } from "../block/block-format.ts";
import { drawdownOf, isWide } from "../reading/curve-shape.ts";
import { type LevelSeries, levelSeries } from "../reading/level-series.ts";
import { type RowTimes, rowTimes } from "../reading/row-times.ts";
import { blockValues } from "./block-values.ts";

/** What the charts of a card show. */
export interface CardCurve {
  /** Number of rows. */
  readonly n: number;
  readonly times: RowTimes;
  readonly equity: LevelSeries;
  readonly gross: LevelSeries | undefined;
  readonly benchmark: LevelSeries | undefined;
  readonly drawdown: LevelSeries;
  /** Whether the axis of equity is logarithmic: the rule of the page. */
  readonly isLog: boolean;
}

const names = ["times", "equity/close", "equity/low", "equity/high", "drawdown", "gross", "benchmark"] as const;

/** Reads the curve of a data block; undefined if it has none. */
export function readCardCurve(block: Uint8Array, json: BlockJson): CardCurve | undefined {
  const values = blockValues(block, json, names);
  const close = values.get("equity/close");
  const times = values.get("times");
  if (close === undefined || times === undefined || close.length === 0) return undefined;
  const [low, high] = [values.get("equity/low"), values.get("equity/high")];
  const size = json.arrays["equity/close"]?.bars ?? 1;
  const column = (name: "gross" | "benchmark"): LevelSeries | undefined => {
    const found = values.get(name);
    const { first, ends } = json.arrays[name] ?? {};
    return found && levelSeries({ close: found, size, first, ends });
  };
  return {
    n: json.n,
    times: rowTimes({
      times,
      lastTime: json.lastTime ?? times[times.length - 1],
      n: json.n,
      size,
      isRegular: json.arrays["times"]?.enc === "regular",
      areDates: json.areDates,
    }),
    equity: levelSeries({ close, low, high, size, ends: json.arrays["equity/close"]?.ends }),
    gross: column("gross"),
    benchmark: column("benchmark"),
    drawdown: levelSeries({ close: values.get("drawdown") ?? drawdownOf(close), size }),
    isLog: isWide(low ?? close, high ?? close),
  };
}
