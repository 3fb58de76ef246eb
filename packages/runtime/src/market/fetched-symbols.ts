import {
  type AtcError,
  type AtcErrorCode,
  isAtcError,
  type Market,
  type OperationOptions,
  throwIfAborted,
} from "@atc/contract";
import { createPacer, linkedSignal } from "@atc/plugin-kit";
import type { CandleStage } from "./candle-stage.ts";

/** A symbol to fetch. */
export interface SymbolSpan {
  readonly symbol: string;
  /** The first time, inclusive, in ms. */
  readonly since: number;
}

/** What came of a symbol. */
export interface SymbolFetch {
  readonly symbol: string;
  /** Rows that were fetched, in this run or one that it resumes. */
  readonly rows: number;
  /** Why it could not be fetched to the end; undefined if it was. */
  readonly error?: AtcError;
}

/** What is fetched, and into what. */
export interface FetchJob {
  readonly market: Market;
  readonly stage: CandleStage;
  readonly timeframe: string;
  /** The length of a candle, in ms. */
  readonly lengthMs: number;
  readonly spans: readonly SymbolSpan[];
  /** Candles that end later are left for the next update. */
  readonly until: number;
}

/** The last candles of a symbol that are fetched again, because exchanges revise their newest ones. */
export const fetchedAgain = 3;

/** Symbols that are fetched at once: the market spaces their requests. */
const parallel = 4;

/** Errors of this machine: no other symbol would succeed. */
const ofMachine: ReadonlySet<AtcErrorCode> = new Set(["ATC_ABORTED", "ATC_NO_SPACE", "ATC_READ_ONLY", "ATC_IO"]);

/**
 * Fetches symbols into a stage, each from the end of its file on. A symbol that fails leaves the others.
 *
 * @throws ATC_ABORTED, ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO
 */
export async function fetchSymbols(job: FetchJob, options: OperationOptions): Promise<readonly SymbolFetch[]> {
  const { market, stage, timeframe, lengthMs, spans, until } = job;
  throwIfAborted(options.signal);
  using ended = linkedSignal([options.signal]);
  const { signal } = ended;
  const pacer = createPacer(options);
  const barsBetween = (from: number, to: number): number => Math.max(0, Math.floor((to - from) / lengthMs));
  let total = spans.reduce((sum, { since }) => sum + barsBetween(since, until), 0);
  let done = 0;
  let finished = 0;
  const found = new Map<string, SymbolFetch>();

  async function fetchOne({ symbol, since }: SymbolSpan): Promise<SymbolFetch> {
    await using file = await stage.open(symbol);
    const report = (event?: string): void => {
      const place = `${finished} of ${spans.length} ${spans.length === 1 ? "symbol" : "symbols"}, ${symbol}`;
      // The event is first, because a narrow screen cuts the line off.
      const note = event === undefined ? place : `${event}, ${place}`;
      pacer.report({ phase: "fetching", done, total, unit: "bars", note });
    };
    // When an earlier run ended, its last candles were perhaps the newest.
    if (file.next !== undefined && file.next + lengthMs <= until) await file.dropLast(fetchedAgain);
    let at = file.next ?? since;
    // What an earlier run fetched is not counted, so that the rate and the remaining time are those of this run.
    total -= barsBetween(since, at);
    report();
    const advance = (next: number): void => {
      done += barsBetween(at, next);
      at = next;
      report();
    };
    try {
      const wanted = { symbol, timeframe, since: at, until, signal };
      for await (const page of market.candles({ ...wanted, onProgress: ({ note }) => report(note) })) {
        await file.append(page);
        advance(page.next);
      }
      return { symbol, rows: file.rows };
    } catch (error) {
      if (!isAtcError(error) || ofMachine.has(error.code)) throw error;
      return { symbol, rows: file.rows, error };
    } finally {
      finished++;
    }
  }

  const waiting = [...spans];
  const worker = async (): Promise<void> => {
    for (let span = waiting.shift(); span !== undefined; span = waiting.shift()) {
      throwIfAborted(signal);
      found.set(span.symbol, await fetchOne(span));
    }
  };
  const workers = Array.from({ length: Math.min(parallel, spans.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    ended.abort();
    await Promise.allSettled(workers);
    throw error;
  }
  pacer.flush();
  return spans.flatMap(({ symbol }) => found.get(symbol) ?? []);
}
