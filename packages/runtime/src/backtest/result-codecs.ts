import type { SymbolDecisions, SymbolFigures } from "@atc/backtest";
import { decodeDecisions, decodeFigures, encodeDecisions, encodeFigures } from "@atc/backtest";
import type { JsonObject, JsonValue } from "@atc/contract";

/** What is computed of a symbol besides its curves, and its form in a cache or another thread. */
export interface ResultCodec<Result> {
  encode(result: Result): JsonObject;
  /** Throws ATC_CORRUPT_DATA for data of another version. */
  decode(value: JsonValue | undefined): Result;
  /** Number of bars of the curve. */
  barsOf(result: Result): number;
}

/** The figures of symbols with accounts of their own. */
export const figuresCodec: ResultCodec<SymbolFigures> = {
  encode: encodeFigures,
  decode: decodeFigures,
  barsOf: ({ metrics }) => metrics.bars,
};

/** The decisions of symbols that share an account. */
export const decisionsCodec: ResultCodec<SymbolDecisions> = {
  encode: encodeDecisions,
  decode: decodeDecisions,
  barsOf: ({ bars }) => bars,
};
