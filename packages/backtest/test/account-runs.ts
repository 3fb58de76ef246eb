import type { BacktestConfig } from "@atc/contract";
import {
  type Account,
  type AccountRows,
  createAccount,
  createSimulator,
  type Fills,
  fillReasons,
  type SimulatedAccount,
  type Trades,
} from "../src/index.ts";

/**
 * The bars of one symbol: columns of plain numbers, decisions included, as section 3 of the specification leaves them.
 */
export interface SymbolBars {
  readonly symbol: string;
  readonly time: readonly number[];
  readonly open?: readonly number[] | undefined;
  readonly high?: readonly number[] | undefined;
  readonly low?: readonly number[] | undefined;
  readonly close: readonly number[];
  /** Before `side` restricts them. */
  readonly directions: readonly number[];
  readonly strengths?: readonly number[] | undefined;
  readonly entries?: readonly number[] | undefined;
}

/** A table as columns of plain values. */
export type PlainColumns = Record<string, (number | string)[]>;

/** What an account gave. */
export interface AccountRun {
  readonly time: number[];
  readonly equity: number[];
  readonly cash: number[];
  readonly exposure: number[];
  readonly grossEquity: number[];
  readonly trades: PlainColumns;
  readonly fills: PlainColumns;
  readonly totals: SimulatedAccount;
}

/** Rows of one symbol, or of several merged by time and then by symbol. */
interface Row {
  readonly symbol: number;
  readonly bar: number;
  readonly time: number;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function rowsOf(bars: readonly SymbolBars[], rows: readonly Row[], withSymbols: boolean): AccountRows {
  const [first] = bars;
  const column = (name: "open" | "high" | "low" | "close"): Float64Array | undefined =>
    first?.[name] === undefined
      ? undefined
      : Float64Array.from(rows, ({ symbol, bar }) => bars[symbol]?.[name]?.[bar] as number);
  return {
    times: BigInt64Array.from(rows, ({ time }) => BigInt(time)),
    close: column("close") as Float64Array,
    ...optional("open", column("open")),
    ...optional("high", column("high")),
    ...optional("low", column("low")),
    directions: Int8Array.from(rows, ({ symbol, bar }) => bars[symbol]?.directions[bar] as number),
    ...optional(
      "strengths",
      first?.strengths && Float64Array.from(rows, ({ symbol, bar }) => bars[symbol]?.strengths?.[bar] as number),
    ),
    ...optional(
      "entries",
      first?.entries && Uint8Array.from(rows, ({ symbol, bar }) => bars[symbol]?.entries?.[bar] as number),
    ),
    ...optional("symbols", withSymbols ? Int32Array.from(rows, ({ symbol }) => symbol) : undefined),
  };
}

/** Divides rows into blocks of about `length` that never divide the rows of a time. */
function blocksOf(rows: readonly Row[], length: number, keepsTimes: boolean): Row[][] {
  const blocks: Row[][] = [];
  for (let from = 0; from < rows.length; ) {
    let to = Math.min(rows.length, from + length);
    while (keepsTimes && to < rows.length && rows[to]?.time === rows[to - 1]?.time) to++;
    blocks.push(rows.slice(from, to));
    from = to;
  }
  return blocks;
}

function push(into: PlainColumns, name: string, value: number | string): void {
  into[name] ??= [];
  into[name].push(value);
}

function add(into: PlainColumns, table: Trades | Fills, names: readonly string[], symbols: Int32Array): void {
  for (let row = 0; row < table.length; row++) {
    push(into, "symbol", names[symbols[row] as number] as string);
    for (const [name, column] of Object.entries(table)) {
      if (name === "length") continue;
      const value = Number((column as ArrayLike<number | bigint>)[row]);
      push(into, name, name === "reason" ? (fillReasons[value] as string) : value);
    }
  }
}

/** Which account to run. */
export interface RunOptions {
  readonly blockLength?: number;
  /** Uses `createSimulator`, for one symbol. */
  readonly alone?: boolean;
}

/** Runs one account over the bars of one symbol, or, if it is shared, of several. */
export function runAccount(
  bars: readonly SymbolBars[],
  config: BacktestConfig,
  { blockLength = 4096, alone = false }: RunOptions = {},
): AccountRun {
  const names = bars.map(({ symbol }) => symbol);
  const trades: PlainColumns = {};
  const fills: PlainColumns = {};
  const listeners = {
    onTrades: (rows: Trades, symbols: Int32Array) => add(trades, rows, names, symbols),
    onFills: (rows: Fills, symbols: Int32Array) => add(fills, rows, names, symbols),
  };
  const symbols = bars.map(({ symbol, time }) => ({ name: symbol, bars: time.length }));
  const account: Account = alone
    ? createSimulator(config, { symbol: names[0], ...listeners })
    : createAccount(config, { symbols, ...listeners });
  const isShared = config.account === "shared" && !alone;
  const rows = bars
    .flatMap(({ time }, symbol) => time.map((at, bar): Row => ({ symbol, bar, time: at })))
    .sort((a, b) => (isShared ? a.time - b.time || a.symbol - b.symbol : 0));
  const run = { time: [] as number[], equity: [] as number[], cash: [] as number[], exposure: [] as number[] };
  const grossEquity: number[] = [];
  for (const block of blocksOf(rows, blockLength, isShared)) {
    const points = {
      times: new BigInt64Array(block.length),
      equity: new Float64Array(block.length),
      cash: new Float64Array(block.length),
      exposure: new Float64Array(block.length),
      grossEquity: new Float64Array(block.length),
    };
    const count = account.push(rowsOf(bars, block, isShared), points);
    run.time.push(...[...points.times.subarray(0, count)].map(Number));
    run.equity.push(...points.equity.subarray(0, count));
    run.cash.push(...points.cash.subarray(0, count));
    run.exposure.push(...points.exposure.subarray(0, count));
    grossEquity.push(...points.grossEquity.subarray(0, count));
  }
  const totals = account.totals();
  account.finish();
  return { ...run, grossEquity, trades, fills, totals };
}
