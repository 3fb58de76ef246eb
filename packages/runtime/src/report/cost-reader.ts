import { allocateFills, type CurveReader, partOfFills } from "@atc/backtest";
import type { ValueReader } from "@atc/report";

/** Reads the fees and slippage of an account so far, in money, at each of its fills: once, from the first one on. */
export function costReader(curves: CurveReader): ValueReader {
  let memory = allocateFills(0);
  let sum = 0;
  return {
    bars: curves.fills,
    read(row, times, values) {
      if (memory.length < values.length) memory = allocateFills(values.length);
      const fills = partOfFills(memory, 0, values.length);
      curves.readFills(row, fills);
      const { time, fee, slippage } = fills;
      times.set(time);
      for (const [i, cost] of slippage.entries()) {
        sum += (fee[i] ?? 0) + cost;
        values[i] = sum;
      }
    },
  };
}
