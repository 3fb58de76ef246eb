import type { PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { diagnosticsOf, type SignalDiagnostics } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { validateSignalConfig } from "../base/validate-config.ts";
import { type CheckedPrices, checkPrices } from "../stream/price-check.ts";
import { checkOutputs } from "../stream/targets.ts";
import { groupConfigs, type Member } from "./config-groups.ts";
import { createLaneKernel, lanesWanted } from "./lane-kernel.ts";
import { createSeparateKernels, type ManyKernel } from "./many-kernel.ts";

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

/** Validates each configuration; an error names its index. */
function validateAll(configs: readonly Partial<SignalConfig>[]): readonly SignalConfig[] {
  return configs.map((config, index) => {
    try {
      return validateSignalConfig(config);
    } catch (cause) {
      if (!(cause instanceof AtcError)) throw cause;
      const details = { ...cause.details, config: index };
      throw new AtcError(cause.code, `configuration ${index}: ${cause.message}`, { cause, details });
    }
  });
}

/** One kernel per group of configurations that share their averages. */
function createKernels(configs: readonly SignalConfig[], outputs: ReadonlySet<SignalOutput>): readonly ManyKernel[] {
  const lanes = lanesWanted();
  function create(members: readonly Member[]): ManyKernel {
    const shared = lanes && members.length > 1 ? createLaneKernel(members, outputs) : undefined;
    return shared ?? createSeparateKernels(members, outputs);
  }
  return groupConfigs(configs).map(create);
}

/** Checks the prices for every calculation source in use before any kernel computes. */
function checkSources(
  kernels: readonly ManyKernel[],
  prices: PriceColumns,
  position: number,
): readonly (readonly [ManyKernel, CheckedPrices])[] {
  const checked = new Map<string, CheckedPrices>();
  return kernels.map((kernel) => {
    const { config } = kernel.members[0];
    const known = checked.get(config.calculationSource) ?? checkPrices(prices, config, position);
    checked.set(config.calculationSource, known);
    return [kernel, known];
  });
}

/**
 * Computes the signals of many configurations over the same bars. Configurations that differ only in lambda, decay,
 * weights, thresholds, cutout, growthCap, strategyMode or precision share their averages and crossings and are computed
 * two at a time. The outputs of each are bit-identical to those of {@link createStream}.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`, with the index of the configuration in `details.config`;
 * ATC_INVALID_ARGUMENT if `options.outputs` names an output that does not exist
 */
export function createManyStream<Name extends SignalOutput = "direction">(
  configs: readonly Partial<SignalConfig>[],
  options: ManyOptions<Name> = {},
): ManyStream<Name> {
  const whole = validateAll(configs);
  // Without `outputs`, Name is "direction", the default of the type parameter.
  const outputs = checkOutputs(options.outputs ?? (["direction"] as unknown as readonly Name[]));
  const kernels = createKernels(whole, new Set<SignalOutput>(outputs));
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
