import type { CurveReader } from "../results/curves.ts";
import { joinCommonTimes } from "./common-times.ts";
import { sinceLastBefore } from "./since-last-before.ts";
import { mergedBlocks } from "./time-merge.ts";

/** Reads closes as multiples of the first one. */
function readGrowth(curve: CurveReader, row: number, into: Float64Array): void {
  const first = new Float64Array(1);
  curve.column("close", 0, first);
  curve.column("close", row, into);
  for (let i = 0; i < into.length; i++) into[i] = into[i] / first[0];
}

/**
 * The portfolio's own benchmark: the mean over the symbols of the latest close divided by the first one, at the times
 * of the portfolio. Before its first bar a symbol counts as 1.
 */
export function ownBenchmark(
  accounts: readonly { readonly curves: CurveReader; readonly closes?: CurveReader | undefined }[],
  from: bigint | undefined,
): (length: number) => Float64Array {
  const growth = joinCommonTimes(
    accounts.map(({ curves, closes = curves }) => closes),
    readGrowth,
  );
  const blocks = sinceBlocks(mergedBlocks(growth), from);
  let current: Float64Array = new Float64Array(0);
  let at = 0;
  let values = new Float64Array(0);
  return (length) => {
    if (values.length < length) values = new Float64Array(length);
    for (let filled = 0; filled < length; ) {
      if (at === current.length) {
        const next = blocks.next();
        if (next.done === true) break;
        current = next.value;
        at = 0;
      }
      const taken = Math.min(length - filled, current.length - at);
      for (let i = 0; i < taken; i++) values[filled + i] = current[at + i] / accounts.length;
      filled += taken;
      at += taken;
    }
    return values.subarray(0, length);
  };
}

/** The sums of the last point before `from`, and of all points from it on. */
function* sinceBlocks(
  blocks: Iterable<{ readonly times: BigInt64Array; readonly sums: Float64Array; readonly length: number }>,
  from: bigint | undefined,
): Generator<Float64Array, void, void> {
  const found: Float64Array[] = [];
  const collect = sinceLastBefore(from, (_times, sums, length) => found.push(sums.slice(0, length)));
  for (const { times, sums, length } of blocks) {
    collect(times, sums, length);
    yield* found.splice(0);
  }
}
