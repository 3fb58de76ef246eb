import type { AverageKind, PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError, averageKinds } from "@atc/contract";
import { derivedLengths } from "@atc/plugin-kit";
import { createMemoryLayout } from "../average/memory-layout.ts";
import { blockLength, copyPrices, createPriceBlock, startBlock } from "../average/price-block.ts";
import { createSourceSums, type SourceSums } from "../average/source-sums.ts";
import { validateSignalConfig } from "../base/validate-config.ts";
import { createKindKernel } from "../reference/kind-kernel.ts";
import { checkPrices } from "./price-check.ts";

/** The nine averages of one kind and their votes at every bar. */
export interface Calibration {
  /** The kind of average. */
  readonly kind: AverageKind;
  /** The nine lengths in voting order, the base length first. */
  readonly lengths: readonly number[];
  /** The average of each length, one number per bar; NaN before its first value. */
  readonly averages: readonly Float64Array[];
  /** The vote of each length at every bar, -1, 0 or +1: the direction of the last crossing, 0 before the first. */
  readonly votes: readonly Int8Array[];
}

/** Writes the votes of an average, straight from the definition. An average that overflowed counts as missing. */
function writeVotes(average: Float64Array, close: PriceColumns["close"], votes: Int8Array): void {
  let vote = 0;
  let side = Number.NaN;
  for (let bar = 0; bar < votes.length; bar++) {
    const price = close[bar];
    const difference = price - average[bar];
    const distance = Math.abs(difference);
    if (!(distance <= Number.MAX_VALUE)) side = Number.NaN;
    else if (distance <= 1e-10 * price) side = 0;
    else {
      const next = Math.sign(difference);
      if (side * next <= 0) vote = next;
      side = next;
    }
    votes[bar] = vote;
  }
}

/** Writes the averages of one kind over a whole series. */
function writeAverages(
  kind: AverageKind,
  lengths: readonly number[],
  config: SignalConfig,
  { close, source }: ReturnType<typeof checkPrices>,
  averages: readonly Float64Array[],
): void {
  const layout = createMemoryLayout();
  const sums: SourceSums[] = [];
  function sumsOf(base: number): SourceSums {
    const [shared = createSourceSums(base, config, layout)] = sums;
    if (sums.length === 0) sums.push(shared);
    return shared;
  }
  const { average, votes } = createKindKernel(kind, lengths, config, sumsOf, layout);
  const [row] = votes.rows;
  const block = createPriceBlock(Math.max(...lengths), layout);
  const memory = layout.allocate();
  for (let from = 0; from < close.length; from += blockLength) {
    const count = Math.min(blockLength, close.length - from);
    startBlock(block, memory, count);
    copyPrices(block, memory, close, source, from);
    for (const shared of sums) shared.advance(memory, block);
    for (const [index, target] of averages.entries()) {
      average.advance(memory, block, index, row);
      target.set(memory.subarray(row, row + count), from);
    }
  }
}

/**
 * The calibration view of the published indicator: the nine averages of one kind with their votes at every bar, to show
 * which lengths follow the series. `SignalDiagnostics.lengthWeights` has the weight of each vote at the last bar.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown kind; ATC_INVALID_CONFIG and ATC_INVALID_DATA as `compute`
 */
export function calibrate(prices: PriceColumns, kind: AverageKind, config: Partial<SignalConfig> = {}): Calibration {
  if (!averageKinds.includes(kind)) {
    const message = `there is no kind of average "${String(kind)}"; the kinds are ${averageKinds.join(", ")}`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { kind: String(kind) } });
  }
  const whole = validateSignalConfig(config);
  const bars = prices.close.length;
  if (bars === 0) throw new AtcError("ATC_INVALID_DATA", "the series has no bars; there is nothing to calibrate");
  const checked = checkPrices(prices, whole, 0);
  const lengths = derivedLengths(whole[`${kind}Length`], whole.robustness);
  const averages = lengths.map(() => new Float64Array(bars));
  const votes = lengths.map(() => new Int8Array(bars));
  writeAverages(kind, lengths, whole, checked, averages);
  for (const [index, average] of averages.entries()) writeVotes(average, prices.close, votes[index]);
  return { kind, lengths, averages, votes };
}
