import {
  AtcError,
  type LongerBars,
  type ReadonlyTypedArray,
  type RowKind,
  type Series,
  type StrategyContext,
} from "@atc/contract";
import { type KnownTimes, type LongerBarsStream, longerBars } from "@atc/resample";

/** The context of a run that a caller starts itself, without a series. */
export const withoutSeries: StrategyContext = {
  bars(interval): LongerBars {
    throw new AtcError("ATC_UNSUPPORTED", `bars("${interval}") needs a series; run the strategy with backtest`, {
      details: { interval },
    });
  },
};

/** What the longer bars of a symbol are made from. */
export interface ContextSource {
  readonly series: Series;
  /** The columns besides the times that the strategy requests, and the series has. */
  readonly columns: readonly string[];
  readonly kind: RowKind;
  /** What the dataset says of its times. */
  readonly times: KnownTimes | undefined;
}

/** The context of one run. */
export interface RunContext {
  /** For `start`. */
  readonly context: StrategyContext;
  /** Called when `start` has returned: no interval can be declared from then on. */
  seal(): void;
  /** Whether the run reads longer bars, so that it needs the times of its bars. */
  readonly isRead: () => boolean;
  /** Makes the longer bars of the next block. Does nothing if the run reads none. */
  push(times: Float64Array, columns: Readonly<Record<string, ReadonlyTypedArray<number> | undefined>>): void;
  /** What the longer bars left out, one sentence each. */
  warnings(): readonly string[];
}

/** Creates the context of a run on one symbol. */
export function createContext({ series, columns, kind, times }: ContextSource): RunContext {
  const { symbol } = series;
  const streams: LongerBarsStream[] = [];
  let isSealed = false;
  return {
    context: {
      bars(interval, options) {
        if (isSealed)
          throw new AtcError(
            "ATC_INVALID_ARGUMENT",
            `bars("${interval}") was called after start for symbol "${symbol}"; call it in start, and read what it returns in decide`,
            { details: { symbol, interval } },
          );
        const stream = longerBars({ symbol, interval, columns, kind, times, series, options });
        streams.push(stream);
        return stream.bars;
      },
    },
    seal() {
      isSealed = true;
    },
    isRead: () => streams.length > 0,
    push(barTimes, values) {
      for (const stream of streams) stream.push(barTimes, values);
    },
    warnings: () => streams.flatMap((stream) => stream.warnings()),
  };
}
