import { AtcError, type CandlePage, throwIfAborted } from "@atc/contract";
import type { CcxtCandle } from "../exchange/ccxt-exchange.ts";
import { type AskedCandles, candleColumns, candleRows } from "./candle-rows.ts";
import { createHoleWatch } from "./holes.ts";

/** A timeframe of an exchange. */
export interface Timeframe {
  readonly name: string;
  readonly lengthMs: number;
}

/** The candles of one symbol, and how they are asked for. */
export interface CandlePaging {
  readonly exchange: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** A timeframe of longer candles, at most days, which shows when candles begin. Undefined if there is none. */
  readonly longer: Timeframe | undefined;
  readonly since: number;
  readonly until: number;
  /** The most candles of an answer; undefined if it is unknown. */
  readonly pageRows: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Asks the exchange. */
  ask(timeframe: string, since: number): Promise<readonly CcxtCandle[]>;
}

/**
 * The closed candles of a symbol, page by page. Candles that are missing are asked for again once, so that those of a
 * lost page are found; what is missing twice was not traded.
 */
export async function* candlePages(paging: CandlePaging): AsyncGenerator<CandlePage> {
  const { symbol, timeframe, until, signal } = paging;
  const { lengthMs } = timeframe;
  const holes = createHoleWatch(lengthMs);
  let next = paging.since;
  let askedAgain: number | undefined;
  while (next + lengthMs <= until) {
    throwIfAborted(signal);
    const answer = await paging.ask(timeframe.name, next);
    const rows = candleRows(answer, askedOf(paging, timeframe, next));
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) {
      if (askedAgain !== next) {
        askedAgain = next;
        continue;
      }
      next = await endOfEmpty(paging, next);
      yield { symbol, columns: candleColumns([]), next };
      continue;
    }
    if (askedAgain === next) {
      if (next === paging.since) await checkStart(paging, answer.length, first[0], last[0]);
      holes.confirm(next, first[0]);
    }
    const hole = holes.firstOpen(rows, next, askedAgain);
    if (hole === undefined) {
      next = last[0] + lengthMs;
      yield { symbol, columns: candleColumns(rows), next };
      continue;
    }
    const before = rows.filter(([time]) => time < hole.from);
    next = hole.from;
    askedAgain = hole.from;
    if (before.length > 0) yield { symbol, columns: candleColumns(before), next };
  }
}

function askedOf({ exchange, symbol, until }: CandlePaging, timeframe: Timeframe, since: number): AskedCandles {
  return { exchange, symbol, timeframe: timeframe.name, lengthMs: timeframe.lengthMs, since, until };
}

/**
 * When candles may continue after an empty answer. An exchange whose pages are spans of time answers with nothing in
 * each of them before a symbol was listed, so longer candles show when to continue.
 */
async function endOfEmpty(paging: CandlePaging, from: number): Promise<number> {
  const { timeframe, longer, pageRows, until } = paging;
  if (pageRows === undefined) return until;
  const end = from + pageRows * timeframe.lengthMs;
  if (end >= until) return until;
  if (longer === undefined) return end;
  const since = Math.floor(end / longer.lengthMs) * longer.lengthMs;
  // The longer candle that is still forming counts too.
  const asked = { ...askedOf(paging, longer, since), until: until + longer.lengthMs };
  const [first] = candleRows(await paging.ask(longer.name, since), asked);
  return Math.min(until, first === undefined ? since + pageRows * longer.lengthMs : Math.max(end, first[0]));
}

/**
 * Refuses an exchange that always gives its newest candles, whatever start it is asked for. Only an answer
 * shows it that is full, begins late and reaches the end; a symbol that was listed then has no longer candles before.
 */
async function checkStart(paging: CandlePaging, rows: number, first: number, last: number): Promise<void> {
  const { exchange, symbol, timeframe, longer, since, until, pageRows } = paging;
  const isLate = first - since >= (longer?.lengthMs ?? timeframe.lengthMs) * 2;
  if (!isLate || last + 2 * timeframe.lengthMs <= until || rows + 1 < (pageRows ?? 0)) return;
  if (longer !== undefined) {
    const from = Math.floor(since / longer.lengthMs) * longer.lengthMs;
    const earlier = candleRows(await paging.ask(longer.name, from), askedOf(paging, longer, from))[0];
    if (earlier === undefined || earlier[0] + longer.lengthMs > first - longer.lengthMs) return;
  }
  const start = new Date(first).toISOString();
  throw new AtcError(
    "ATC_INVALID_DATA",
    `${exchange} gives only its last ${rows} candles of ${timeframe.name} for "${symbol}", from ${start} on; choose a longer timeframe, or a start of ${start} or later`,
    { details: { source: exchange, symbol, first: start } },
  );
}
