import type { OutputColumns, PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SignalOutput } from "../base/signal-output.ts";
import { configError } from "../base/validate-config.ts";
import type { SignalResult } from "../stream/compute.ts";
import { allocateTarget, type Target } from "../stream/targets.ts";
import { createRereadingStream, type ManyOptions } from "./many-stream.ts";
import { partOfPrices } from "./reread-column.ts";

function checkCutouts(configs: readonly SignalConfig[], bars: number): void {
  const allowed = `0 to ${bars - 1} for a series of ${bars} bars: a larger one leaves no bar`;
  const faults = configs.flatMap(({ cutout }, index) =>
    cutout < bars ? [] : [{ path: `configs[${index}].cutout`, value: String(cutout), allowed }],
  );
  if (faults.length > 0) throw configError(faults);
}

function copyBlock(results: Float64Array | Int8Array, count: number, target: Target, at: number): void {
  if (count === results.length) target.set(results, at);
  else for (let i = 0; i < count; i++) target[at + i] = results[i];
}

/**
 * The signals of a whole series under many configurations, in the order of `configs`. They share what they have in
 * common: a kind of average with its votes and equities, averages of equal lengths, or at least their crossings. Each
 * result is bit-identical to that of `compute` for its configuration. All outputs of all configurations are held in
 * memory; if they do not fit, use {@link createManyStream}.
 *
 * @throws as `compute`; for ATC_INVALID_CONFIG, `details` has the index of the configuration
 */
export function computeMany<Name extends SignalOutput = "direction">(
  prices: PriceColumns,
  configs: readonly Partial<SignalConfig>[],
  options: ManyOptions<Name> = {},
): readonly SignalResult<Name>[] {
  const bars = prices.close.length;
  if (bars === 0) throw new AtcError("ATC_INVALID_DATA", "the series has no bars; there is nothing to compute");
  const part = (from: number, count: number): PriceColumns => partOfPrices(prices, from, count);
  const stream = createRereadingStream(configs, options, part);
  try {
    checkCutouts(stream.configs, bars);
    const columns = stream.configs.map((config) => {
      const targets: Partial<Record<SignalOutput, Target>> = {};
      for (const output of stream.outputs) targets[output] = allocateTarget(output, config, bars);
      return targets as Record<Name, Target>;
    });
    stream.push(prices, ({ config, from, count, results }) => {
      const targets = columns[config];
      for (const output of stream.outputs) copyBlock(results[output], count, targets[output], from);
    });
    const diagnostics = stream.diagnostics();
    return columns.map((targets, index) => ({
      columns: targets as OutputColumns<Name>,
      diagnostics: diagnostics[index],
    }));
  } finally {
    stream[Symbol.dispose]();
  }
}
