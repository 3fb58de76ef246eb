import type { AverageKind, SignalConfig } from "@atc/contract";
import { growthAfter, growthReaches } from "./growth.ts";
import type { KernelName, KernelTallies, LengthWeight } from "./kernel.ts";
import { firstLayerCutout } from "./warmup.ts";

/** The growth factor g of returns passed a threshold: recent returns now outweigh early ones. */
export interface SignalWarning {
  /** The threshold: 1.1 or 1.25. */
  readonly threshold: number;
  /** Absolute index of the first bar above it. */
  readonly bar: number;
  /** g at that bar. */
  readonly growth: number;
  /** The warning for people, with its cure. */
  readonly message: string;
}

/** How far the outputs so far can be trusted. */
export interface SignalDiagnostics {
  /** Which code computed: WebAssembly, or plain TypeScript where that cannot run; the results are the same to the last bit. */
  readonly kernel: KernelName;
  /** Bars taken. */
  readonly bars: number;
  /** Largest growth factor g so far; 1 where no output needs one. */
  readonly largestGrowth: number;
  /** Share, 0 to 1, of the equities of both layers at all bars that lay on the floor of 0.25; 0 where there are none. */
  readonly floorShare: number;
  /** Times that a close was equal to one of the averages within 1e-10, summed over averages and bars. */
  readonly ties: number;
  /** Layer-2 equity of each kind at the last bar, its weight in the average signal; NaN before the cutout and where no output needs it. */
  readonly weights: Readonly<Record<AverageKind, number>>;
  /**
   * Length, vote and weight of the nine averages of each kind at the last bar, in the order in which they vote; a kind that no output needs is absent.
   */
  readonly lengthWeights: Readonly<Partial<Record<AverageKind, readonly LengthWeight[]>>>;
  /** The warnings so far, oldest first. */
  readonly warnings: readonly SignalWarning[];
}

/** Every warning that a series of any length under `config` can bring, oldest first. */
export function growthWarnings(config: SignalConfig): readonly SignalWarning[] {
  const warnings: SignalWarning[] = [];
  for (const threshold of [1.1, 1.25]) {
    const elapsed = growthReaches(threshold, config);
    if (elapsed === undefined) continue;
    const bar = firstLayerCutout(config) + elapsed;
    const growth = growthAfter(elapsed, config);
    const message = `from bar ${bar} on, returns count more than ${threshold} times as much as at the start; set a smaller lambda (now ${config.lambda}), a cutout (now ${config.cutout}) or a smaller growthCap (now ${config.growthCap})`;
    warnings.push({ threshold, bar, growth, message });
  }
  return warnings;
}

/** Largest growth factor of the first `bars` bars. */
function largestGrowth(config: SignalConfig, bars: number): number {
  return growthAfter(bars - 1 - firstLayerCutout(config), config);
}

/** The diagnostics of `bars` bars from what a kernel counted; `votes` is whether it took votes. */
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
