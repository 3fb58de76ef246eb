import { AtcError, type JsonValue, type Series, throwIfAborted } from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";
import { validateBacktestConfig } from "../base/configuration.ts";
import { outsidePeriod, periodRows } from "../base/period.ts";
import { dataWarnings } from "../prices/warnings.ts";
import type { BarRoom } from "../results/curves.ts";
import type { AccountRows } from "../simulation/account-rows.ts";
import { type BacktestStepsOptions, noBars, writeColumns } from "./backtest-series.ts";
import { defaultBlockLength, readDecisions } from "./decided-bars.ts";
import { readColumns } from "./read-columns.ts";

/** What is known of a symbol whose decisions are stored, for an account that many symbols share. */
export interface SymbolDecisions {
  /** The symbol. */
  readonly symbol: string;
  /** Unit of all times. */
  readonly timeUnit: TimeUnit;
  /** Number of bars with decisions. */
  readonly bars: number;
  /** Time of the first of them. */
  readonly firstTime: bigint;
  /** Warnings for the trader, one sentence each. */
  readonly warnings: readonly string[];
  /** Number of bars left out because a price was missing, zero or negative. */
  readonly skippedBars: number;
}

/** Checks that the times of a symbol rise strictly, over all blocks. */
export function createTimeCheck(symbol: string, unit: TimeUnit): (times: BigInt64Array) => void {
  let high = -0x8000_0000;
  let low = -1;
  let bars = 0;
  return (times) => {
    const words = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
    for (let i = 0; i < times.length; i++) {
      const nextHigh = words[2 * i + 1];
      const nextLow = words[2 * i] >>> 0;
      if (bars + i > 0 && (nextHigh < high || (nextHigh === high && nextLow <= low)))
        throw new AtcError(
          "ATC_INVALID_DATA",
          `symbol "${symbol}" has two bars at ${isoTime(times[i], unit)}; in a shared account each time of a symbol may occur once, so remove one of them or set account to separate`,
          { details: { symbol, time: isoTime(times[i], unit) } },
        );
      high = nextHigh;
      low = nextLow;
    }
    bars += times.length;
  };
}

/**
 * Decides at each close of a series, for an account that many symbols share, and stores times, directions and the
 * requested columns. The equity is 0. Yields the number of finished rows after each block.
 *
 * @throws what `backtestSeries` throws; ATC_INVALID_DATA if two bars have the same time
 */
export function* decideSteps(
  series: Series,
  options: Omit<BacktestStepsOptions, "metrics" | "benchmark">,
): Generator<number, SymbolDecisions, void> {
  throwIfAborted(options.signal);
  const { sink, strategy, period, signal, onProgress } = options;
  const config = validateBacktestConfig(options.config ?? {});
  // Excursions need an account, which reads its prices again.
  const columns = { ...readColumns(series, strategy, config), excursions: [] };
  const { timeUnit } = columns;
  const rows = periodRows(series, options);
  if (rows.from === rows.to) throw outsidePeriod(series, options);
  const reading = readDecisions(series, {
    strategy,
    config,
    columns,
    rows,
    signal,
    onProgress,
    blockLength: options.blockLength ?? defaultBlockLength,
    strength: sink.columns.includes("strength"),
    times: options.times,
  });
  const check = createTimeCheck(series.symbol, timeUnit);
  let bars = 0;
  let firstTime = 0n;
  const take = (decided: AccountRows, room: BarRoom): void => {
    const { length } = decided.times;
    check(decided.times);
    if (bars === 0) firstTime = decided.times[0];
    writeColumns(room, decided);
    // There is no equity before the account is simulated; what is stored must not depend on reused memory.
    room.equity.fill(0, 0, length);
    sink.takeBars(length);
    bars += length;
  };
  const last = yield* reading.warmUp();
  if (last !== undefined) {
    const room = sink.room(1);
    room.times.set(last.times);
    room.directions.set(last.directions);
    take(last, room);
  }
  const before = bars;
  let room: BarRoom | undefined;
  const roomOf = (length: number): BarRoom => {
    room = sink.room(length);
    return room;
  };
  for (const { rows: decided, length, done } of reading.blocks(roomOf)) {
    if (room !== undefined && length > 0) take(decided, room);
    yield done;
  }
  const { skipped: skippedBars } = reading.screen;
  if (bars === before) throw noBars(series.symbol, skippedBars, period);
  const sentences = reading.finish();
  sink.finish();
  const warnings = dataWarnings({
    seenBars: reading.bars,
    timeUnit,
    splits: reading.splits,
    skippedBars,
    strategy: sentences,
  });
  return { symbol: series.symbol, timeUnit, bars, firstTime, warnings, skippedBars };
}

/** Encodes what is known of decisions as plain data. */
export function encodeDecisions({
  firstTime,
  warnings,
  ...others
}: SymbolDecisions): Readonly<Record<string, JsonValue>> {
  return { ...others, warnings: [...warnings], firstTime: String(firstTime) };
}

/**
 * Inverts {@link encodeDecisions}.
 *
 * @throws ATC_CORRUPT_DATA if members are missing or of another type
 */
export function decodeDecisions(value: JsonValue | undefined): SymbolDecisions {
  const found = typeof value === "object" && value !== null ? (value as Readonly<Record<string, JsonValue>>) : {};
  const { symbol, timeUnit, bars, firstTime, warnings, skippedBars } = found;
  if (
    typeof symbol !== "string" ||
    (timeUnit !== "ms" && timeUnit !== "ns") ||
    typeof bars !== "number" ||
    typeof firstTime !== "string" ||
    !/^-?\d+$/.test(firstTime) ||
    typeof skippedBars !== "number" ||
    !Array.isArray(warnings)
  )
    throw new AtcError("ATC_CORRUPT_DATA", "these are not stored decisions of this version; compute them again");
  return { symbol, timeUnit, bars, firstTime: BigInt(firstTime), warnings: warnings.map(String), skippedBars };
}
