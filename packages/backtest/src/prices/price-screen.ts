import { AtcError, type BacktestConfig, type Block, type ReadonlyTypedArray } from "@atc/contract";
import { isoTime, type TimeUnit } from "../base/calendar.ts";

/** Columns of equal length, by name. */
type ScreenedColumns = Readonly<Record<string, ReadonlyTypedArray<number>>>;

/** Options of {@link createPriceScreen}. */
export interface PriceScreenOptions {
  /** The symbol, for messages. */
  readonly symbol: string;
  /** Unit of the times. */
  readonly timeUnit: TimeUnit;
  /** Columns of prices, whose values must be finite and above 0. */
  readonly prices: readonly string[];
  /** Columns that are not checked. */
  readonly others: readonly string[];
  /** What to do with a bar that has an invalid price. */
  readonly policy: BacktestConfig["invalidPrices"];
}

/** Passes on only bars whose prices are finite and above 0. */
export interface PriceScreen {
  /** Number of bars left out so far. */
  readonly skipped: number;
  /**
   * Returns the good bars of a block: views if all are good, else copies that are valid until the next call. Writes
   * their times to `times`.
   *
   * @throws ATC_INVALID_DATA with symbol, bar, time and price, under the policy `error`
   */
  take(block: Block, times: BigInt64Array): ScreenedColumns;
}

function firstInvalid(values: ReadonlyTypedArray<number>, from: number): number {
  const { length } = values;
  for (let i = from; i < length; i++) {
    const value = values[i];
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return i;
  }
  return length;
}

/** Creates a screen for the blocks of one series. */
export function createPriceScreen(options: PriceScreenOptions): PriceScreen {
  const { symbol, timeUnit, prices, others, policy } = options;
  const names = [...prices, ...others];
  let skipped = 0;

  function refusal(block: Block, index: number, column: string, value: number): AtcError {
    const bar = block.row + index;
    const time = isoTime(block.times()[index], timeUnit);
    return new AtcError(
      "ATC_INVALID_DATA",
      `symbol "${symbol}", bar ${bar} (${time}): ${column} is "${value}", but a price must be finite and above 0; correct the data, or set invalidPrices to "skip" to leave such bars out`,
      { details: { symbol, bar, time, column, value: String(value) } },
    );
  }

  function keep(block: Block, columns: ScreenedColumns): Uint32Array {
    const bad = new Uint8Array(block.length);
    for (const name of prices) {
      const values = columns[name] as ReadonlyTypedArray<number>;
      for (let i = firstInvalid(values, 0); i < block.length; i = firstInvalid(values, i + 1)) bad[i] = 1;
    }
    return Uint32Array.from(bad.keys()).filter((i) => bad[i] === 0);
  }

  function compact(block: Block, columns: ScreenedColumns, times: BigInt64Array): ScreenedColumns {
    const rows = keep(block, columns);
    const blockTimes = block.times();
    rows.forEach((row, i) => {
      times[i] = blockTimes[row];
    });
    skipped += block.length - rows.length;
    const kept = names.map((name) => {
      const values = columns[name] as ReadonlyTypedArray<number>;
      return [name, Float64Array.from(rows, (row) => values[row])] as const;
    });
    return Object.fromEntries(kept);
  }

  return {
    get skipped() {
      return skipped;
    },
    take(block, times) {
      const columns = Object.fromEntries(names.map((name) => [name, block.values(name)]));
      for (const name of prices) {
        const values = columns[name] as ReadonlyTypedArray<number>;
        const index = firstInvalid(values, 0);
        if (index === block.length) continue;
        if (policy === "error") throw refusal(block, index, name, values[index]);
        return compact(block, columns, times);
      }
      times.set(block.times());
      return columns;
    },
  };
}
