import { flatDeviation } from "./flat-deviation.ts";
import type { ReturnColumns } from "./return-columns.ts";
import type { Span } from "./span.ts";

/** The number of rows of spans. */
export function rowsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The Sharpe ratio per bar of returns over some rows: mean / standard deviation, 0 for returns that do not vary. */
export function sharpeOver(returns: Float64Array, spans: readonly Span[]): number {
  let [sum, squares, rows] = [0, 0, 0];
  for (const [from, to] of spans) {
    rows += to - from;
    for (let row = from; row < to; row++) sum += returns[row];
  }
  const mean = sum / rows;
  // A second pass: sums of squares minus the square of the sum would leave rounding of equal returns.
  for (const [from, to] of spans)
    for (let row = from; row < to; row++) {
      const deviation = returns[row] - mean;
      squares += deviation * deviation;
    }
  const deviation = Math.sqrt(squares / (rows - 1));
  return deviation > flatDeviation ? mean / deviation : 0;
}

/** The best configuration over some rows. */
export interface SplitChoice {
  /** The column of the largest Sharpe ratio per bar, the first of equals. */
  readonly column: number;
  /** That ratio. */
  readonly sharpe: number;
}

/**
 * The best configuration for each list of spans, of one or more configurations. It reads each configuration once, and
 * takes 16 bytes per list.
 */
export function chooseBySplit(returns: ReturnColumns, trains: readonly (readonly Span[])[]): readonly SplitChoice[] {
  const best = new Int32Array(trains.length);
  const sharpes = new Float64Array(trains.length).fill(Number.NEGATIVE_INFINITY);
  for (let column = 0; column < returns.columns; column++) {
    const own = returns.column(column);
    for (let split = 0; split < trains.length; split++) {
      const sharpe = sharpeOver(own, trains[split]);
      if (sharpe <= sharpes[split]) continue;
      sharpes[split] = sharpe;
      best[split] = column;
    }
  }
  return trains.map((_, split) => ({ column: best[split], sharpe: sharpes[split] }));
}
