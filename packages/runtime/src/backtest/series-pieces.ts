import { decodeCurves, encodeCurves } from "@atc/backtest";
import type { CacheValue } from "@atc/cache";
import type { JsonObject, JsonValue } from "@atc/contract";
import type { SpoolCurves } from "../spool/spool-curves.ts";
import type { SizedSymbol } from "../spool/spool-layout.ts";
import { type curveMemory, fillSink, isComplete, lengthOf, type Rows } from "./curve-memory.ts";
import type { ResultCodec } from "./result-codecs.ts";

/**
 * The bars of one piece. An entry exists as arrays and as a payload at the same time, so 2^20 bars would take 60 MB
 * more.
 */
const pieceBars = 2 ** 18;
/** The most trades of one piece: 11 MiB. */
const pieceTrades = 120_000;

/** A long series in the cache: pieces and an index. The index is written last, so a stored index has all its pieces. */
export interface SeriesPieces<Result> {
  /** Whether an entry is the index of a long series. */
  isIndex(value: CacheValue): boolean;
  /**
   * Reads the curves into the spool and returns the figures; undefined if a piece is missing. ATC_CORRUPT_DATA for
   * entries of another version.
   */
  load(index: CacheValue, room: SizedSymbol): Promise<Result | undefined>;
  /** Stores the pieces of a series, then its index; `costMs` is the time that computing the series took. */
  store(result: Result, costMs: number): Promise<void>;
}

/** The curves and the cache that {@link seriesPieces} works with. */
export interface SeriesPiecesOptions<Result> {
  readonly codec: ResultCodec<Result>;
  readonly curves: SpoolCurves;
  readonly readCurves: ReturnType<typeof curveMemory>;
  /** Looks up an entry of a symbol; `part` distinguishes the entries of one symbol. */
  readonly get: (symbol: string, part: JsonObject) => Promise<CacheValue | undefined>;
  /** Stores an entry; false if the cache refused it. */
  readonly put: (symbol: string, part: JsonObject, value: CacheValue, costMs: number) => Promise<boolean>;
}

/** The most fills of one piece: 5 MiB. */
const pieceFills = 120_000;

/** The rows of one piece. */
interface PieceRows {
  readonly bars: Rows;
  readonly trades: Rows;
  readonly fills: Rows;
}

/** The rows of each piece: as many pieces as bars, trades or fills need, with trades and fills spread evenly. */
function piecesOf(bars: number, trades: number, fills: number): readonly PieceRows[] {
  const length = Math.max(Math.ceil(bars / pieceBars), Math.ceil(trades / pieceTrades), Math.ceil(fills / pieceFills));
  const rows = (piece: number, most: number, all: number): Rows => [
    Math.min(piece * most, all),
    Math.min((piece + 1) * most, all),
  ];
  return Array.from({ length }, (_, piece) => ({
    bars: rows(piece, pieceBars, bars),
    trades: rows(piece, Math.ceil(trades / length), trades),
    fills: rows(piece, Math.ceil(fills / length), fills),
  }));
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Loads and stores long series of a cache. */
export function seriesPieces<Result extends { readonly symbol: string }>(
  options: SeriesPiecesOptions<Result>,
): SeriesPieces<Result> {
  const { codec, curves, readCurves, get, put } = options;
  return {
    isIndex: ({ attributes }) => attributes?.["trades"] !== undefined,
    async load({ attributes = {} }, { symbol, bars }) {
      const { figures: encoded, trades, fills } = attributes;
      const figures = codec.decode(encoded);
      if (figures.symbol !== symbol || codec.barsOf(figures) > bars || !isCount(trades) || !isCount(fills))
        return undefined;
      const sink = curves.sink(symbol, bars);
      for (const [piece, rows] of piecesOf(codec.barsOf(figures), trades, fills).entries()) {
        const value = await get(symbol, { piece });
        if (value === undefined) return undefined;
        const found = decodeCurves(value.arrays);
        const isWhole =
          found.times.length === lengthOf(rows.bars) &&
          found.trades.length === lengthOf(rows.trades) &&
          found.fills.length === lengthOf(rows.fills);
        if (!isWhole || !isComplete(found, sink)) return undefined;
        fillSink(sink, found);
      }
      sink.finish();
      return figures;
    },
    async store(figures, costMs) {
      const { symbol } = figures;
      const reader = curves.reader(symbol);
      const pieces = piecesOf(reader.bars, reader.trades, reader.fills);
      // The entries are used together, so each has its share of the time.
      const shareMs = costMs / (pieces.length + 1);
      for (const [piece, rows] of pieces.entries()) {
        const [read] = readCurves([{ reader, ...rows }]);
        if (read === undefined || !(await put(symbol, { piece }, { arrays: encodeCurves(read) }, shareMs))) return;
      }
      const attributes = { figures: codec.encode(figures), trades: reader.trades, fills: reader.fills };
      await put(symbol, {}, { arrays: {}, attributes }, shareMs);
    },
  };
}
