import type { PriceColumns, SignalConfig, TypedArray } from "@atc/contract";
import { createStream, type SignalDiagnostics } from "@atc/signals";
import type { PriceSeries } from "./price-series.ts";
import { allocateOutput, type OutputArray } from "./signal-blocks.ts";

/** The outputs of a series, and their diagnostics. */
export interface ComputedSignals {
  /** One number per bar for every output. */
  readonly columns: Readonly<Record<string, TypedArray>>;
  /** The diagnostics after the last bar. */
  readonly diagnostics: SignalDiagnostics;
}

/** Bars between two yields. */
const barsPerPush = 65_536;

/**
 * Computes every output of a series. Yields the number of finished bars after each block, so that the caller can stop.
 */
export function* signalSteps(
  config: SignalConfig,
  { close, source }: PriceSeries,
): Generator<number, ComputedSignals & { readonly columns: Readonly<Record<string, OutputArray>> }> {
  using stream = createStream(config);
  const { length } = close;
  const columns = Object.fromEntries(stream.outputs.map((output) => [output, allocateOutput(output, length, config)]));
  for (let from = 0; from < length; from += barsPerPush) {
    const to = Math.min(from + barsPerPush, length);
    const prices: PriceColumns = {
      close: close.subarray(from, to),
      [config.calculationSource]: source.subarray(from, to),
    };
    const views = Object.fromEntries(Object.entries(columns).map(([name, array]) => [name, array.subarray(from, to)]));
    stream.pushInto(prices, views);
    yield to;
  }
  return { columns, diagnostics: stream.diagnostics() };
}
