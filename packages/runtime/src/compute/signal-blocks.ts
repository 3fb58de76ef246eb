import type { PriceColumns, SignalConfig } from "@atc/contract";
import type { SignalOutput, SignalStream } from "@atc/signals";
import type { PriceSeries } from "./price-series.ts";

/** Bars with their outputs. */
export interface SignalBlock {
  /** Number of bars. */
  readonly length: number;
  readonly prices: PriceSeries;
  /** One number per bar for every output; the arrays may be longer than the block. */
  readonly columns: Readonly<Record<string, OutputArray>>;
}

/** An array of outputs. */
export type OutputArray = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer>;

/** An array for an output, in the configured precision. */
export function allocateOutput(output: SignalOutput, length: number, { precision }: SignalConfig): OutputArray {
  if (output === "direction") return new Int8Array(length);
  return precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Arrays for the outputs of a stream that are reused from block to block, and from symbol to symbol. */
export function outputMemory(
  outputs: readonly SignalOutput[],
  config: SignalConfig,
): (length: number) => Readonly<Record<string, OutputArray>> {
  let memory: Readonly<Record<string, OutputArray>> = {};
  let capacity = 0;
  return (length) => {
    if (capacity < length) {
      memory = Object.fromEntries(outputs.map((output) => [output, allocateOutput(output, length, config)]));
      capacity = length;
    }
    return memory;
  };
}

/**
 * Computes the outputs of blocks of prices. A block's arrays are valid until the next one. Empty blocks are left out.
 */
export function* signalBlocks(
  stream: SignalStream<SignalOutput>,
  blocks: Iterable<PriceSeries>,
  memory: (length: number) => Readonly<Record<string, OutputArray>>,
): Generator<SignalBlock, void, void> {
  for (const prices of blocks) {
    const { length } = prices.close;
    if (length === 0) continue;
    const columns = memory(length);
    const given: PriceColumns = { close: prices.close, [stream.config.calculationSource]: prices.source };
    stream.pushInto(given, columns);
    yield { length, prices, columns };
  }
}
