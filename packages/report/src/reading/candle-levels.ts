import { type Candles, candleFrom, coarserCandles, type SymbolCandles } from "./candles.ts";

/** Consecutive candles: from index `from` to before `to`. */
export interface CandleSpan {
  readonly candles: Candles;
  readonly from: number;
  readonly to: number;
}

/** The candles in view. */
export interface CandlesInView {
  /** The candles of one size, without those that are not kept so fine. */
  readonly span: CandleSpan;
  /** Indices of the coarser candles that fill the gaps between them. */
  readonly gaps: readonly number[];
  /** The candles of `gaps`. */
  readonly coarse: Candles;
}

/** A candle as it is kept. */
interface KeptCandle {
  /** Rows of the candle. */
  readonly size: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** The signal at its end. */
  readonly signal: number | undefined;
}

/** The candles of a symbol in all sizes: single bars if they are kept, else coarser candles. */
export interface CandleLevels {
  /** The finest candles of which at most `most` are in the rows from `first` to `last`. */
  inView(first: number, last: number, most: number): CandlesInView;
  /** The last candle that begins at a row or before; undefined before the first. */
  at(row: number): KeptCandle | undefined;
}

/** Whether each candle has its single bars. */
function coveredCandles({ size, rows }: Candles, single: Candles): Uint8Array {
  const covered = new Uint8Array(rows.length);
  let candle = 0;
  for (const row of single.rows) {
    while (candle < rows.length && rows[candle] + size <= row) candle++;
    if (candle < rows.length && rows[candle] <= row) covered[candle] = 1;
  }
  return covered;
}

function spanOf(candles: Candles, first: number, last: number): CandleSpan {
  return { candles, from: Math.max(0, candleFrom(candles, first) - 1), to: candleFrom(candles, last) };
}

function kept({ size, open, high, low, close, signal }: Candles, i: number): KeptCandle {
  return { size, open: open[i], high: high[i], low: low[i], close: close[i], signal: signal?.close[i] };
}

/** Creates the levels. Coarser ones are made when they are first drawn. */
export function candleLevels({ candles, single }: SymbolCandles): CandleLevels {
  const coarse = [candles];
  const fine = single === undefined ? [] : [single];
  const covered = single === undefined ? undefined : coveredCandles(candles, single);

  /** The level of a pyramid of which at most `most` candles are in so many rows. */
  function levelFor(levels: Candles[], rows: number, most: number): Candles {
    for (let place = 0; ; place++) {
      const level = levels[place];
      if (rows / level.size <= most || level.rows.length < 2) return level;
      if (place + 1 >= levels.length) levels.push(coarserCandles(level));
    }
  }

  function gapsIn({ from, to }: CandleSpan): readonly number[] {
    const gaps: number[] = [];
    for (let i = from; i < to; i++) if (covered?.[i] === 0) gaps.push(i);
    return gaps;
  }

  return {
    inView(first, last, most) {
      const rows = last - first;
      if (fine.length === 0 || rows / (candles.size / 2) > most)
        return { span: spanOf(levelFor(coarse, rows, most), first, last), gaps: [], coarse: candles };
      const span = spanOf(levelFor(fine, rows, most), first, last);
      return { span, gaps: gapsIn(spanOf(candles, first, last)), coarse: candles };
    },
    at(row) {
      const place = candleFrom(candles, row + 1) - 1;
      if (place < 0) return undefined;
      if (single !== undefined && covered?.[place] === 1) {
        const bar = candleFrom(single, row + 1) - 1;
        if (bar >= 0 && single.rows[bar] >= candles.rows[place]) return kept(single, bar);
      }
      return kept(candles, place);
    },
  };
}
