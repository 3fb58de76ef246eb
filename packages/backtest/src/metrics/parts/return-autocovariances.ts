/** Values that are read at once. */
const blockLength = 1024;
/** Lags and values that the inner loop takes at once. */
const tile = 4;

/** Sums of products of deviations some bars apart. */
export interface ReturnAutocovariances {
  /** Adds the next values: returns minus their mean. */
  add(deviations: Float64Array, length: number): void;
  /** The sums for 1 to `lags` bars apart, at places 0 to `lags - 1`. No values may follow. */
  finish(): Float64Array;
}

/**
 * Creates the sums of no values. Memory grows with `lags`, time with `lags` times values: 0.2 ns each, because four
 * lags of four values share their reads.
 */
export function createReturnAutocovariances(lags: number): ReturnAutocovariances {
  // The values of `history` places before a block are in front of it; before the first value they are 0.
  const history = Math.ceil(lags / tile) * tile + tile;
  const values = new Float64Array(history + blockLength);
  const sums = new Float64Array(history);
  let filled = history;

  function addLags(lag: number, end: number): void {
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    let before1 = values[history - lag - 1];
    let before2 = values[history - lag - 2];
    let before3 = values[history - lag - 3];
    for (let t = history; t < end; t += tile) {
      const value0 = values[t];
      const value1 = values[t + 1];
      const value2 = values[t + 2];
      const value3 = values[t + 3];
      const past0 = values[t - lag];
      const past1 = values[t - lag + 1];
      const past2 = values[t - lag + 2];
      const past3 = values[t - lag + 3];
      first += value0 * past0 + value1 * past1 + value2 * past2 + value3 * past3;
      second += value0 * before1 + value1 * past0 + value2 * past1 + value3 * past2;
      third += value0 * before2 + value1 * before1 + value2 * past0 + value3 * past1;
      fourth += value0 * before3 + value1 * before2 + value2 * before1 + value3 * past0;
      before1 = past3;
      before2 = past2;
      before3 = past1;
    }
    sums[lag - 1] = sums[lag - 1] + first;
    sums[lag] = sums[lag] + second;
    sums[lag + 1] = sums[lag + 1] + third;
    sums[lag + 2] = sums[lag + 2] + fourth;
  }

  function addBlock(): void {
    // Zeros after the last value add nothing.
    const end = history + Math.ceil((filled - history) / tile) * tile;
    values.fill(0, filled, end);
    for (let lag = 1; lag <= lags; lag += tile) addLags(lag, end);
    values.copyWithin(0, filled - history, filled);
    filled = history;
  }

  return {
    add(deviations, length) {
      for (let from = 0; from < length; ) {
        const taken = Math.min(length - from, values.length - filled);
        values.set(deviations.subarray(from, from + taken), filled);
        filled += taken;
        from += taken;
        if (filled === values.length) addBlock();
      }
    },
    finish() {
      addBlock();
      return sums.subarray(0, lags);
    },
  };
}
