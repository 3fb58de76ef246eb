import type { AverageKind, SignalConfig } from "@atc/contract";
import { growthAfter, growthReaches } from "./growth.ts";
import type { KernelName, KernelTallies, LengthWeight } from "./kernel.ts";
import { firstLayerCutout } from "./warmup.ts";

/** A warning that the growth factor g of returns exceeded a threshold: recent returns now outweigh early ones. */
export interface SignalWarning {
  /** The threshold: 1.1 or 1.25. */
  readonly threshold: number;
  /** Absolute index of the first bar above the threshold. */
  readonly bar: number;
  /** g at that bar. */
  readonly growth: number;
  /** The warning as a sentence, with the remedy. */
  readonly message: string;
}

/** How far the outputs so far can be trusted. */
export interface SignalDiagnostics {
  /**
   * The kernel that computed them: WebAssembly, or plain TypeScript if that cannot run. The results are bit-identical.
   */
  readonly kernel: KernelName;
  /** Number of bars. */
  readonly bars: number;
  /** Largest growth factor g so far; 1 if no output needs one. */
  readonly largestGrowth: number;
  /** Share, 0 to 1, of the equities of both layers at all bars that were on the floor of 0.25; 0 if there are none. */
  readonly floorShare: number;
  /**
   * Number of times that a close was equal to an average within a relative tolerance of 1e-10, over all averages and
   * bars.
   */
  readonly ties: number;
  /**
   * Layer-2 equity of each kind at the last bar: its weight in the average signal. NaN before the cutout, and for kinds
   * that no output needs.
   */
  readonly weights: Readonly<Record<AverageKind, number>>;
  /**
   * Length, vote and weight of the nine averages of each kind at the last bar, in voting order. Kinds that no output
   * needs are absent.
   */
  readonly lengthWeights: Readonly<Partial<Record<AverageKind, readonly LengthWeight[]>>>;
  /** The warnings so far, oldest first. */
  readonly warnings: readonly SignalWarning[];
}

/** Every warning that `config` can cause in a series of any length, oldest first. */
export function growthWarnings(config: SignalConfig): readonly SignalWarning[] {
  const warnings: SignalWarning[] = [];
  for (const threshold of [1.1, 1.25]) {
    const elapsed = growthReaches(threshold, config);
    if (elapsed === undefined) continue;
    const bar = firstLayerCutout(config) + elapsed;
    const growth = growthAfter(elapsed, config);
    const message = `from bar ${bar}, returns weigh more than ${threshold} times as much as at the start; set a smaller lambda (now ${config.lambda}), a cutout (now ${config.cutout}) or a smaller growthCap (now ${config.growthCap})`;
    warnings.push({ threshold, bar, growth, message });
  }
  return warnings;
}

/** The largest growth factor of the first `bars` bars. */
function largestGrowth(config: SignalConfig, bars: number): number {
  return growthAfter(bars - 1 - firstLayerCutout(config), config);
}

/** The diagnostics of `bars` bars from the tallies of a kernel; `votes` is whether it computed votes. */
export function diagnosticsOf(
  { kernel, ties, floored, equityBars, weights, lengthWeights }: KernelTallies,
  votes: boolean,
  config: SignalConfig,
  bars: number,
): SignalDiagnostics {
  return {
    kernel,
    bars,
    largestGrowth: votes ? largestGrowth(config, bars) : 1,
    floorShare: equityBars === 0 ? 0 : floored / equityBars,
    ties,
    weights,
    lengthWeights,
    warnings: votes ? growthWarnings(config).filter(({ bar }) => bar < bars) : [],
  };
}
