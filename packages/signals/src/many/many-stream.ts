import type { PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { diagnosticsOf, type SignalDiagnostics } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import type { ManyKernel } from "../graph/many-kernel.ts";
import type { CheckedPrices } from "../stream/price-check.ts";
import { checkOutputs } from "../stream/targets.ts";
import { createKernels, planKernels } from "./plan-kernels.ts";
import { type RereadPrices, rereadColumns } from "./reread-column.ts";
import { checkSources } from "./source-check.ts";
import { validateAll } from "./validate-all.ts";

/** Options of a computation of many configurations. */
export interface ManyOptions<Name extends SignalOutput = SignalOutput> {
  /**
   * The outputs to compute. Default: `direction` alone, a byte per bar and configuration; each of the others takes
   * eight.
   */
  readonly outputs?: readonly Name[] | undefined;
}

/** Consecutive bars of one configuration. */
export interface ManyBlock<Name extends SignalOutput = SignalOutput> {
  /** Index of the configuration in `configs`. */
  readonly config: number;
  /** Absolute index of the first bar. */
  readonly from: number;
  /** Number of bars, at least 1. */
  readonly count: number;
  /**
   * The outputs of the bars, at indices 0 to `count` (exclusive). The arrays may be longer, and the next block
   * overwrites them. Values have full precision, whatever `precision` is configured.
   */
  readonly results: Readonly<Record<Name, Float64Array | Int8Array>>;
}

/**
 * The signals of many configurations over the same bars, in chunks of any size. Memory does not grow with the number of
 * bars.
 */
export interface ManyStream<Name extends SignalOutput = SignalOutput> extends Disposable {
  /** The configurations in the given order, with defaults filled in. */
  readonly configs: readonly SignalConfig[];
  /** The outputs computed for every configuration. */
  readonly outputs: readonly Name[];
  /** Bars pushed so far. */
  readonly position: number;
  /**
   * Computes the outputs of the next bars and passes them to `onBlock`. The blocks of one configuration arrive in the
   * order of bars; those of different configurations are interleaved.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes; ATC_CLOSED after the stream was disposed of
   */
  push(prices: PriceColumns, onBlock: (block: ManyBlock<Name>) => void): void;
  /**
   * The diagnostics of each configuration over the bars so far, in the given order.
   *
   * @throws ATC_CLOSED after the stream was disposed of
   */
  diagnostics(): readonly SignalDiagnostics[];
}

/**
 * Computes the signals of many configurations over the same bars. Those with a kind of average in common compute its
 * votes and equities once. Those that differ only in lambda, decay and the like share averages and crossings, and are
 * computed two at a time. The outputs of each are bit-identical to those of {@link createStream}.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`, with the index of the configuration in `details.config`;
 * ATC_INVALID_ARGUMENT if `options.outputs` names an output that does not exist
 */
export function createManyStream<Name extends SignalOutput = "direction">(
  configs: readonly Partial<SignalConfig>[],
  options: ManyOptions<Name> = {},
): ManyStream<Name> {
  return createRereadingStream(configs, options);
}

/** Like {@link createManyStream}. If it can read bars again, configurations share more of their averages. */
export function createRereadingStream<Name extends SignalOutput>(
  configs: readonly Partial<SignalConfig>[],
  { outputs: named }: ManyOptions<Name>,
  reread?: RereadPrices,
): ManyStream<Name> {
  const whole = validateAll(configs);
  // Without `outputs`, Name is "direction", the default of the type parameter.
  const outputs = checkOutputs(named ?? (["direction"] as unknown as readonly Name[]));
  const wanted = new Set<SignalOutput>(outputs);
  const rereadOf = reread && ((config: SignalConfig) => rereadColumns(reread, config));
  const kernels = createKernels(planKernels(whole, wanted, { ladders: reread !== undefined }), wanted, {
    reread: rereadOf,
    tallies: true,
  });
  let position = 0;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new AtcError("ATC_CLOSED", "the stream of many configurations was disposed of; create another");
  }

  function run(kernel: ManyKernel, { close, source }: CheckedPrices, onBlock: (block: ManyBlock<Name>) => void): void {
    for (let from = 0; from < close.length; from += kernel.blockLength) {
      const count = Math.min(kernel.blockLength, close.length - from);
      kernel.advance(close, source, from, count, ({ index: config }, results) => {
        onBlock({ config, from: position + from, count, results: results as ManyBlock<Name>["results"] });
      });
    }
  }

  return {
    configs: whole,
    outputs,
    get position() {
      return position;
    },
    push(prices, onBlock) {
      checkOpen();
      for (const [kernel, checked] of checkSources(kernels, prices, position)) run(kernel, checked, onBlock);
      position += prices.close.length;
    },
    diagnostics() {
      checkOpen();
      const all: SignalDiagnostics[] = [];
      for (const kernel of kernels) {
        for (const [member, { index, config }] of kernel.members.entries()) {
          all[index] = diagnosticsOf(kernel.tallies(member), kernel.votes, config, position);
        }
      }
      return all;
    },
    [Symbol.dispose]() {
      closed = true;
      for (const kernel of kernels) kernel[Symbol.dispose]();
    },
  };
}
