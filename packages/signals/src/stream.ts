import type { OutputColumns, SignalConfig } from "@atc/contract";
import { createKernel } from "./create-kernel.ts";
import { growthWarnings, largestGrowth, type SignalDiagnostics } from "./diagnostics.ts";
import type { Kernel } from "./kernel.ts";
import { type CheckedPrices, checkBar, checkPrices } from "./price-check.ts";
import type { SignalOutput } from "./signal-output.ts";
import type { SignalOptions, SignalStream, SignalTargets } from "./signal-stream.ts";
import { allocateTarget, checkOutputs, checkTargets, copyResults, type Target } from "./targets.ts";
import { validateSignalConfig } from "./validate-config.ts";
import { warmupOf } from "./warmup.ts";

/** Runs the kernel over checked prices, block by block. */
function runBlocks(
  kernel: Kernel,
  { close, source }: CheckedPrices,
  names: readonly SignalOutput[],
  targets: Readonly<Partial<Record<SignalOutput, Target>>>,
): void {
  for (let from = 0; from < close.length; from += kernel.blockLength) {
    const count = Math.min(kernel.blockLength, close.length - from);
    kernel.advance(close, source, from, count);
    for (const name of names) {
      const target = targets[name];
      const results = kernel.results[name];
      if (target !== undefined && results !== undefined) copyResults(results, count, target, from);
    }
  }
}

function diagnosticsOf(kernel: Kernel, config: SignalConfig, bars: number): SignalDiagnostics {
  const { ties, floored, equityBars, weights } = kernel.tallies();
  return {
    bars,
    largestGrowth: kernel.votes ? largestGrowth(config, bars) : 1,
    floorShare: equityBars === 0 ? 0 : floored / equityBars,
    ties,
    weights,
    warnings: kernel.votes ? growthWarnings(config).filter(({ bar }) => bar < bars) : [],
  };
}

/**
 * Signals bar by bar, or many bars at a time; memory does not grow with the bars. `config` takes its absent members from the defaults.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig` does; ATC_INVALID_ARGUMENT where `options.outputs` names an output that does not exist
 */
export function createStream<Name extends SignalOutput = SignalOutput>(
  config: Partial<SignalConfig> = {},
  options: SignalOptions<Name> = {},
): SignalStream<Name> {
  const whole = validateSignalConfig(config);
  const outputs = checkOutputs(options.outputs);
  const kernel = createKernel(whole, new Set(outputs));
  const pending = kernel.votes ? [...growthWarnings(whole)] : [];
  const barClose = new Float64Array(1);
  const barSource = new Float64Array(1);
  const float32 = whole.precision === "float32";
  let position = 0;

  function moveOn(bars: number): void {
    position += bars;
    while (pending[0] !== undefined && pending[0].bar < position) {
      const warning = pending.shift();
      if (warning !== undefined) options.onWarning?.(warning);
    }
  }

  return {
    config: whole,
    outputs,
    get position() {
      return position;
    },
    warmup: (output) => warmupOf(output, whole),
    push(prices) {
      const checked = checkPrices(prices, whole, position);
      const bars = prices.close.length;
      const columns: Partial<Record<SignalOutput, Target>> = {};
      for (const output of outputs) columns[output] = allocateTarget(output, whole, bars);
      runBlocks(kernel, checked, outputs, columns);
      moveOn(bars);
      return columns as OutputColumns<Name>;
    },
    pushInto(prices, targets: SignalTargets) {
      const checked = checkPrices(prices, whole, position);
      checkTargets(targets, outputs, prices.close.length);
      runBlocks(kernel, checked, outputs, targets);
      moveOn(prices.close.length);
    },
    pushBar(bar) {
      barSource[0] = checkBar(bar, whole.calculationSource, position);
      barClose[0] = bar.close;
      kernel.advance(barClose, barSource, 0, 1);
      const values: Partial<Record<SignalOutput, number>> = {};
      for (const output of outputs) {
        const value = kernel.results[output]?.[0] as number;
        values[output] = float32 ? Math.fround(value) : value;
      }
      moveOn(1);
      return values as Record<Name, number>;
    },
    diagnostics: () => diagnosticsOf(kernel, whole, position),
  };
}
