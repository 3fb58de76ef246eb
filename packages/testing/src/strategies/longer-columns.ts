import { AtcError, type ReadonlyTypedArray, type StrategyContext } from "@atc/contract";
import { type LongerBarsStream, longerBars } from "@atc/resample";
import type { Columns } from "./strategy-bars.ts";

/** The longer bars of one run. */
interface LongerColumns {
  readonly context: StrategyContext;
  /** Called when `start` has returned. */
  seal(): void;
  /** Makes the longer bars of the next block. */
  push(block: Columns): void;
}

/**
 * Creates the longer bars of a run.
 *
 * @param columns - the columns that the strategy requests and the bars have
 * @param onClosing - receives the index of each bar at which a longer bar closes
 */
export function createLonger(
  symbol: string,
  columns: readonly string[],
  onClosing: (bar: number) => void = () => undefined,
): LongerColumns {
  const streams: LongerBarsStream[] = [];
  let isSealed = false;
  let bars = 0;

  function refuse(interval: string, what: string): AtcError {
    return new AtcError("ATC_INVALID_ARGUMENT", `bars("${interval}") ${what}`, { details: { interval } });
  }

  return {
    context: {
      bars(interval, options) {
        if (isSealed) throw refuse(interval, "was called after start; call it in start");
        const aggregated = columns.filter((name) => name !== "timestamp");
        const stream = longerBars({ symbol, interval, columns: aggregated, kind: "bars", options });
        streams.push(stream);
        return stream.bars;
      },
    },
    seal() {
      isSealed = true;
    },
    push(block) {
      const [first] = streams;
      if (first === undefined) return;
      const times = block.get("timestamp");
      if (times === undefined)
        throw refuse("...", "needs the times of the bars; give strategyCases bars with the column timestamp");
      const given: Readonly<Record<string, ReadonlyTypedArray<number>>> = Object.fromEntries(block);
      for (const stream of streams) {
        stream.push(times, given);
        const { closed } = stream.bars;
        for (let i = 0; i < closed.length; i++)
          if ((closed[i] ?? 0) > (i === 0 ? 0 : (closed[i - 1] ?? 0))) onClosing(bars + i);
      }
      bars += times.length;
    },
  };
}
