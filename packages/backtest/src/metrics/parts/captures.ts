import { chunkBars } from "../bar-chunk.ts";

/** Growth of equity and benchmark in the bars of one direction of the benchmark. */
export interface Capture {
  /** Number of bars. */
  readonly count: number;
  /** Sum of ln(1 + r') and of ln(1 + b'). */
  readonly logs: number;
  readonly benchmarkLogs: number;
}

/** Growth in the bars in which the benchmark rises, and in those in which it falls. */
export interface Captures {
  readonly up: Capture;
  readonly down: Capture;
  /** Adds pairs of factors: 1 + r' and 1 + b'. */
  add(factors: Float64Array, benchmark: Float64Array, length: number): void;
}

/** Factors that are multiplied before a logarithm is taken. */
const factorsAtOnce = 32;

/** The sum of the logarithms of factors: of their product, unless that is too small or too large for a double. */
function sumOfLogs(factors: Float64Array, length: number): number {
  let sum = 0;
  for (let from = 0; from < length; from += factorsAtOnce) {
    const to = Math.min(length, from + factorsAtOnce);
    let even = 1;
    let odd = 1;
    let i = from;
    for (; i + 1 < to; i += 2) {
      even *= factors[i];
      odd *= factors[i + 1];
    }
    if (i < to) even *= factors[i];
    const product = even * odd;
    if (product > 1e-200 && product < 1e200) sum += Math.log(product);
    else for (i = from; i < to; i++) sum += Math.log(factors[i]);
  }
  return sum;
}

/** The growth of no bars. */
export function createCaptures(): Captures {
  const up = { count: 0, logs: 0, benchmarkLogs: 0 };
  const down = { count: 0, logs: 0, benchmarkLogs: 0 };
  const rising = new Float64Array(chunkBars);
  const risingBenchmark = new Float64Array(chunkBars);
  const falling = new Float64Array(chunkBars);
  const fallingBenchmark = new Float64Array(chunkBars);
  return {
    up,
    down,
    add(factors, benchmark, length) {
      // Every factor is written to both sides, and counted on one: a branch would be mispredicted in half of the bars.
      let ups = 0;
      let downs = 0;
      for (let i = 0; i < length; i++) {
        const factor = factors[i];
        const other = benchmark[i];
        rising[ups] = factor;
        risingBenchmark[ups] = other;
        falling[downs] = factor;
        fallingBenchmark[downs] = other;
        ups += Number(other > 1);
        downs += Number(other < 1);
      }
      up.count += ups;
      up.logs += sumOfLogs(rising, ups);
      up.benchmarkLogs += sumOfLogs(risingBenchmark, ups);
      down.count += downs;
      down.logs += sumOfLogs(falling, downs);
      down.benchmarkLogs += sumOfLogs(fallingBenchmark, downs);
    },
  };
}
