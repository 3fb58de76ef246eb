import type { AverageKind, SignalConfig } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import { derivedLengths, lengthOffsets } from "@atc/plugin-kit";
import type { KernelName, KernelTallies, KindTallies, LengthWeight } from "./kernel.ts";
import type { SignalOutput } from "./signal-output.ts";
import { firstLayerCutout } from "./warmup.ts";

/** The part of a kind that is computed. */
export interface KindPart {
  readonly kind: AverageKind;
  /** Whether its nine averages vote. */
  readonly withVotes: boolean;
  /** The lengths computed: all nine, or only the base length if there are no votes. */
  readonly lengths: readonly number[];
}

/** Whether all kinds are needed, for the average signal. */
export function needsAll(outputs: ReadonlySet<SignalOutput>): boolean {
  return outputs.has("averageSignal") || outputs.has("direction");
}

/** The kinds that the outputs need. */
export function neededKinds(config: SignalConfig, outputs: ReadonlySet<SignalOutput>): readonly KindPart[] {
  const all = needsAll(outputs);
  const parts: KindPart[] = [];
  for (const kind of averageKinds) {
    const withVotes = all || outputs.has(`${kind}Signal`) || outputs.has(`${kind}Equity`);
    if (!withVotes && !outputs.has(kind)) continue;
    const base = config[`${kind}Length`];
    parts.push({ kind, withVotes, lengths: withVotes ? derivedLengths(base, config.robustness) : [base] });
  }
  return parts;
}

/** The number of earlier bars to keep: the longest of the nine windows of any kind needed. */
export function longestWindow(parts: readonly KindPart[], config: SignalConfig): number {
  return Math.max(1, ...parts.map(({ kind }) => config[`${kind}Length`] + lengthOffsets[config.robustness][3]));
}

/** Sums the tallies of the kinds that vote after `bars` bars. */
export function sumTallies(
  parts: readonly KindPart[],
  of: (index: number) => KindTallies,
  config: SignalConfig,
  bars: number,
  kernel: KernelName = "wasm",
): KernelTallies {
  const weights: Record<AverageKind, number> = { ema: NaN, hma: NaN, wma: NaN, dema: NaN, lsma: NaN, kama: NaN };
  const firstLayerBars = Math.max(0, bars - firstLayerCutout(config));
  const secondLayerBars = Math.max(0, bars - config.cutout);
  const lengthWeights: Partial<Record<AverageKind, readonly LengthWeight[]>> = {};
  let ties = 0;
  let floored = 0;
  let equityBars = 0;
  for (const [index, { kind, withVotes, lengths }] of parts.entries()) {
    if (!withVotes) continue;
    const tallies = of(index);
    ties += tallies.ties;
    floored += tallies.floored + tallies.equityFloored;
    equityBars += lengths.length * firstLayerBars + secondLayerBars;
    if (secondLayerBars > 0) weights[kind] = tallies.equity;
    lengthWeights[kind] = lengths.map((length, i) => {
      const weight = firstLayerBars > 0 ? tallies.equities[i] : Number.NaN;
      return { length, vote: tallies.votes[i], weight };
    });
  }
  return { kernel, ties, floored, equityBars, weights, lengthWeights };
}
