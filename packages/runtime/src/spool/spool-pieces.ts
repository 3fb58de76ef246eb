import type { SpoolPart } from "./open-spool.ts";
import { readArea, writeArea } from "./spool-area.ts";
import type { CurveCounts } from "./spool-curves.ts";
import { barBytes, fillBytes, type SpoolRegion, tradeBytes } from "./spool-layout.ts";

/** What a spool has of one symbol, as bytes that can be sent to another process of the same version. */
export interface SpoolPieces {
  /** Times, equities, columns and directions, of the capacity of the region. */
  readonly bars: Uint8Array;
  /** The trades that were written. */
  readonly trades: Uint8Array;
  /** The fills that were written. */
  readonly fills: Uint8Array;
}

function regionOf({ regions }: SpoolPart, symbol: string): SpoolRegion {
  const region = regions.find((one) => one.symbol === symbol);
  if (region === undefined) throw new RangeError(`the spool has no region of "${symbol}"`);
  return region;
}

/** Reads what was written of a symbol. */
export function takePieces(part: SpoolPart, symbol: string, counts: CurveCounts): SpoolPieces {
  const { bars, barOffset, tradeOffset, fillOffset } = regionOf(part, symbol);
  const pieces = {
    bars: new Uint8Array(barBytes(part.content) * bars),
    trades: new Uint8Array(tradeBytes * counts.trades),
    fills: new Uint8Array(fillBytes * counts.fills),
  };
  readArea(part.bars, barOffset, pieces.bars);
  readArea(part.trades, tradeOffset, pieces.trades);
  readArea(part.trades, fillOffset, pieces.fills);
  return pieces;
}

/** Writes the pieces of a symbol into the region of another spool with the same capacity and content. */
export function putPieces(part: SpoolPart, symbol: string, pieces: SpoolPieces): void {
  const { bars, barOffset, tradeOffset, fillOffset } = regionOf(part, symbol);
  if (pieces.bars.length !== barBytes(part.content) * bars)
    throw new RangeError(`the curves of "${symbol}" have ${pieces.bars.length} bytes, not those of ${bars} bars`);
  writeArea(part.bars, barOffset, pieces.bars);
  writeArea(part.trades, tradeOffset, pieces.trades);
  writeArea(part.trades, fillOffset, pieces.fills);
}
