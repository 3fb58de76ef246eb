import type { ReadonlyTypedArray } from "@atc/contract";
import type { Fills } from "../account/fills.ts";
import type { MetricsComputation } from "../metrics/create-metrics.ts";

/** The rows in which the next fills can have happened. */
interface VolumeRows {
  readonly times: BigInt64Array;
  /** Index of each row's symbol. Default: all 0. */
  readonly symbols?: Int32Array | undefined;
  /** Volume of each row; undefined if the data has none. */
  readonly volume?: ReadonlyTypedArray<number> | undefined;
}

/** Finds the volume of the bar of each fill. An account passes on the fills of rows before the next rows are added. */
export interface FillVolumes {
  /** Names the rows that are about to be added to the account. */
  begin(rows: VolumeRows): void;
  /** Takes fills of these rows, in order of time. */
  take(fills: Fills, symbols: Int32Array): void;
}

function wordsOf(times: BigInt64Array): Int32Array {
  return new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
}

/** Passes fills on to metrics, with their volumes. */
export function createFillVolumes(computation: MetricsComputation): FillVolumes {
  let words: Int32Array = new Int32Array(0);
  let rowSymbols: Int32Array | undefined;
  let volume: ReadonlyTypedArray<number> | undefined;
  let rows = 0;
  let row = 0;
  let volumes = new Float64Array(0);

  function isTime(at: number, low: number, high: number): boolean {
    return words[2 * at] === low && words[2 * at + 1] === high;
  }

  return {
    begin(next) {
      words = wordsOf(next.times);
      rows = next.times.length;
      rowSymbols = next.symbols;
      volume = next.volume;
      row = 0;
    },
    take(fills, symbols) {
      if (volume === undefined) return;
      const { length } = fills;
      if (volumes.length < length) volumes = new Float64Array(length);
      const fillWords = wordsOf(fills.time);
      for (let i = 0; i < length; i++) {
        const low = fillWords[2 * i];
        const high = fillWords[2 * i + 1];
        while (row < rows && !isTime(row, low, high)) row++;
        let found = row;
        if (rowSymbols !== undefined)
          while (found < rows && isTime(found, low, high) && rowSymbols[found] !== symbols[i]) found++;
        volumes[i] = found < rows && isTime(found, low, high) ? volume[found] : Number.NaN;
      }
      computation.addFills(fills.quantity, volumes, length);
    },
  };
}
