import {
  allocateTrades,
  type BarColumn,
  type BarDecision,
  type CurveReader,
  type FillReason,
  fillReasons,
  isoTime,
  type TimeUnit,
} from "@atc/backtest";
import { AtcError, type BacktestConfig, nearest } from "@atc/contract";
import type { OpenBacktestWithCurves } from "../backtest/run-backtest.ts";
import type { SymbolState } from "../compute/symbol-state.ts";
import { scanSignals } from "../signals/scan-signals.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { type ExplainedFill, positionAt, type TimeSpan } from "./position-at.ts";
import { decisionAt, rowFrom, timeAt } from "./recorded-rows.ts";

/** A bar to explain. */
export interface BarPlace {
  /** A symbol that the backtest computed. */
  readonly symbol: string;
  /** Its time in ms since the epoch. */
  readonly time: number;
  /** Whether the time is that of a UTC day, whose only bar is meant if none has its midnight. Default: false. */
  readonly isDate?: boolean;
}

/** The account at a close. */
export interface AccountState {
  /** ISO 8601. */
  readonly time: string;
  /** Cash and positions at their last closes. */
  readonly equity: number;
  /** Money in the account; below 0 if it is borrowed. */
  readonly cash: number;
  /** Sum of the positions' absolute values, divided by the equity. */
  readonly exposure: number;
}

/** A trade that ended in an explained bar. */
export interface EndedTrade {
  /** ISO 8601. */
  readonly entryTime: string;
  /** 1 long, -1 short. */
  readonly direction: number;
  /** The most units held, above 0. */
  readonly quantity: number;
  /** Average fill price of all units that were added, slippage included. */
  readonly entryPrice: number;
  /** Average fill price of all units that were removed. */
  readonly exitPrice: number;
  /** After fees, in money. */
  readonly profit: number;
  /** Bars from the one of its entry to the one of its exit. */
  readonly barsHeld: number;
  /** Why it ended. */
  readonly reason: FillReason;
}

/** What a backtest decided and filled at one bar, from the rows that it recorded. Plain data. */
export interface BarExplanation {
  /** The explained symbol. */
  readonly symbol: string;
  /** The time of the bar, ISO 8601. */
  readonly time: string;
  /** The decision at the close before, which orders in this bar follow. Absent: the bar is the account's first. */
  readonly decidedBefore?: BarDecision & { readonly time: string };
  /** The decision at its close. Orders follow in the next bar. */
  readonly decided: BarDecision;
  /** Its closing price; absent in a shared account. */
  readonly close?: number;
  /** Which price of a bar fills an order. */
  readonly fill: BacktestConfig["fill"];
  /** What was filled in it, in order. */
  readonly fills: readonly ExplainedFill[];
  /** The last fill until the end of the bar that left no position. Absent: none did. */
  readonly closing?: { readonly time: string; readonly reason: FillReason };
  /** What is held of the symbol. */
  readonly position: {
    /** Units before and after its fills. */
    readonly before: number;
    readonly after: number;
    /** Of the position after it: the time of its first fill, ISO 8601, and the price that exits are measured from. */
    readonly since?: string;
    readonly entryPrice?: number;
    /** Levels at which it is closed, if they depend on the entry price alone. */
    readonly stopLoss?: number;
    readonly takeProfit?: number;
  };
  /** The trades that ended in it. */
  readonly ended: readonly EndedTrade[];
  /** The account at the close before. Absent: the bar is the account's first. */
  readonly accountBefore?: AccountState;
  /** The account at its close. */
  readonly account: AccountState;
  /** Under ATC, the signals at its close, as `scanSignals` returns them. */
  readonly atc?: Pick<SymbolState, "averageSignal" | "kinds">;
}

/**
 * The columns that a backtest needs for explanations, besides fills: `openBacktest` with `curves: true`, `fills: true`
 * and these.
 */
export function explainedColumns({ account }: Pick<BacktestConfig, "account">): readonly BarColumn[] {
  return account === "shared" ? ["cash", "exposure"] : ["cash", "exposure", "strength", "entry", "close"];
}

/** The recorded rows of a symbol. */
interface RecordedSymbol {
  readonly unit: TimeUnit;
  /** Times and decisions. */
  readonly decisions: CurveReader;
  /** Account, trades and fills. */
  readonly account: CurveReader;
  /** The symbol's index among those of the account. */
  readonly place: number;
}

function recordedSymbol({ curves, report }: OpenBacktestWithCurves, symbol: string): RecordedSymbol {
  const { shared, accounts, decisions } = curves;
  const symbols = shared?.symbols ?? accounts.map(({ figures }) => figures.symbol);
  const place = symbols.indexOf(symbol);
  if (place >= 0) {
    if (shared !== undefined && decisions !== undefined)
      return { unit: shared.timeUnit, decisions: decisions(symbol), account: shared.curves, place };
    const own = accounts[place];
    if (own !== undefined) return { unit: own.figures.timeUnit, decisions: own.curves, account: own.curves, place: 0 };
  }
  const skipped = report.skipped.find((one) => one.symbol === symbol);
  const meant = nearest(symbol, symbols);
  const hint =
    skipped !== undefined
      ? `it was not computed: ${skipped.reason}`
      : meant === undefined
        ? "the backtest did not compute it"
        : `did you mean "${meant}"?`;
  throw new AtcError("ATC_NOT_FOUND", `cannot explain symbol "${symbol}": ${hint}`, { details: { symbol } });
}

/** The rows of a bar: several if ticks share its millisecond. */
interface FoundRows {
  readonly first: number;
  readonly last: number;
}

function rowsOf({ decisions, unit }: RecordedSymbol, { symbol, time, isDate = false }: BarPlace): FoundRows {
  const scale = unit === "ns" ? 1_000_000n : 1n;
  const start = BigInt(time) * scale;
  const first = rowFrom(decisions, start);
  const last = rowFrom(decisions, start + scale) - 1;
  if (last >= first) return { first, last };
  if (isDate) {
    const end = rowFrom(decisions, start + 86_400_000n * scale);
    if (end === first + 1) return { first, last: first };
  }
  const near = [first - 1, first].filter((row) => row >= 0 && row < decisions.bars);
  const names = near.map((row) => isoTime(timeAt(decisions, row), unit));
  const which = names.length === 1 ? "nearest is" : "nearest are";
  throw new AtcError(
    "ATC_NOT_FOUND",
    `the backtest has no bar of symbol "${symbol}" at ${isoTime(start, unit)}; the ${which} ${names.join(" and ")}`,
    { details: { symbol, nearest: names } },
  );
}

function accountAt(reader: CurveReader, row: number, unit: TimeUnit): AccountState {
  const value = new Float64Array(1);
  reader.equity(row, value);
  const equity = value[0] as number;
  reader.column("cash", row, value);
  const cash = value[0] as number;
  reader.column("exposure", row, value);
  return { time: isoTime(timeAt(reader, row), unit), equity, cash, exposure: value[0] as number };
}

/** Trades per read. */
const portion = 8192;

function endedTrades({ account, place, unit }: RecordedSymbol, { from, to }: TimeSpan): readonly EndedTrade[] {
  const found: EndedTrade[] = [];
  const symbols = new Int32Array(portion);
  for (let row = 0; row < account.trades; row += portion) {
    const count = Math.min(portion, account.trades - row);
    const trades = allocateTrades(count);
    account.readTrades(row, trades, symbols.subarray(0, count));
    for (let i = 0; i < count; i++) {
      const time = trades.exitTime[i] as bigint;
      if (symbols[i] !== place || trades.open[i] === 1 || time < from || time >= to) continue;
      found.push({
        entryTime: isoTime(trades.entryTime[i] as bigint, unit),
        direction: trades.direction[i] as number,
        quantity: trades.quantity[i] as number,
        entryPrice: trades.entryPrice[i] as number,
        exitPrice: trades.exitPrice[i] as number,
        profit: trades.profit[i] as number,
        barsHeld: trades.barsHeld[i] as number,
        reason: fillReasons[trades.reason[i] as number] as FillReason,
      });
    }
  }
  return found;
}

/** The levels of a position that do not depend on the bars since its entry. */
function levelsOf(
  { stopLoss, takeProfit, exitUnits }: BacktestConfig,
  { quantity, entryPrice }: { readonly quantity: number; readonly entryPrice: number },
): { readonly stopLoss?: number; readonly takeProfit?: number } {
  if (exitUnits !== "fraction") return {};
  const side = Math.sign(quantity);
  return {
    ...(stopLoss > 0 ? { stopLoss: entryPrice * (1 - side * stopLoss) } : {}),
    ...(takeProfit > 0 ? { takeProfit: entryPrice * (1 + side * takeProfit) } : {}),
  };
}

/**
 * Explains one bar of a backtest: what was decided before and at its close, what was filled, why and at which costs,
 * and the account. Everything is read from the rows that the run recorded.
 *
 * @param run - opened with fills and {@link explainedColumns}
 * @param config - the simulation of the run
 * @throws ATC_NOT_FOUND for a symbol that was not computed, and for a time without a bar, which names the nearest
 */
export function explainBar(run: OpenBacktestWithCurves, config: BacktestConfig, bar: BarPlace): BarExplanation {
  const symbol = recordedSymbol(run, bar.symbol);
  const { decisions, account, unit, place } = symbol;
  const { first, last } = rowsOf(symbol, bar);
  const span: TimeSpan = { from: timeAt(decisions, first), to: timeAt(decisions, last) + 1n };
  const { fills, before, after, closing } = positionAt(account, span, place);
  const row = rowFrom(account, span.to) - 1;
  const rowBefore = rowFrom(account, span.from) - 1;
  const close = new Float64Array(1);
  if (decisions.columns.includes("close")) decisions.column("close", last, close);
  return {
    symbol: bar.symbol,
    time: isoTime(span.to - 1n, unit),
    ...(first === 0
      ? {}
      : {
          decidedBefore: {
            time: isoTime(timeAt(decisions, first - 1), unit),
            ...decisionAt(decisions, first - 1, config.signal),
          },
        }),
    decided: decisionAt(decisions, last, config.signal),
    ...(decisions.columns.includes("close") ? { close: close[0] as number } : {}),
    fill: config.fill,
    fills,
    ...(closing === undefined ? {} : { closing: { time: isoTime(closing.time, unit), reason: closing.reason } }),
    position: {
      before: before.quantity,
      after: after.quantity,
      ...(after.since === undefined
        ? {}
        : { since: isoTime(after.since, unit), entryPrice: after.entryPrice, ...levelsOf(config, after) }),
    },
    ended: endedTrades(symbol, span),
    ...(rowBefore < 0 ? {} : { accountBefore: accountAt(account, rowBefore, unit) }),
    account: accountAt(account, row, unit),
  };
}

/**
 * Explains bars of a backtest with {@link explainBar}, and adds the signals of ATC if it decided.
 *
 * @throws what `explainBar` throws
 */
export async function explainBars(
  runtime: Runtime,
  run: OpenBacktestWithCurves,
  bars: readonly BarPlace[],
): Promise<readonly BarExplanation[]> {
  const explained = bars.map((bar) => explainBar(run, runtime.config, bar));
  const { strategy, signals } = runtime.config;
  if (strategy !== "atc" || signals !== undefined) return explained;
  const all: BarExplanation[] = [];
  for (const one of explained) {
    const { symbol, time } = one;
    const { symbols } = await scanSignals(runtime, run.dataset, {
      symbols: [symbol],
      period: { to: Date.parse(time) + 1 },
    });
    const [state] = symbols;
    all.push(state === undefined ? one : { ...one, atc: { averageSignal: state.averageSignal, kinds: state.kinds } });
  }
  return all;
}
