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

/** What to compute for every configuration. */
export interface ManyOptions<Name extends SignalOutput = SignalOutput> {
  /** The outputs wanted, `direction` alone where absent: the others take eight bytes a bar and configuration. */
  readonly outputs?: readonly Name[] | undefined;
}

/** Some bars of one configuration. */
export interface ManyBlock<Name extends SignalOutput = SignalOutput> {
  /** Index of the configuration in the list that was given. */
  readonly config: number;
  /** Absolute index of the first bar. */
  readonly from: number;
  /** Number of bars, at least 1. */
  readonly count: number;
  /**
   * The outputs of the bars at 0 to `count` (exclusive), in arrays that may be longer and that the next block overwrites; at full precision whatever the
   * configured one.
   */
  readonly results: Readonly<Record<Name, Float64Array | Int8Array>>;
}

/** The signals of many configurations over the same bars, in chunks of any size, with memory that does not grow with the bars. */
export interface ManyStream<Name extends SignalOutput = SignalOutput> extends Disposable {
  /** The whole configurations, in the order in which they were given. */
  readonly configs: readonly SignalConfig[];
  /** The outputs of every configuration. */
  readonly outputs: readonly Name[];
  /** Bars taken so far. */
  readonly position: number;
  /**
   * Takes the next bars and hands out the outputs of each configuration in blocks; the blocks of one configuration come in the order of the bars, those of
   * different ones interleaved.
   *
   * @throws ATC_INVALID_DATA naming the bar, before any state changes; ATC_CLOSED after the stream was disposed of
   */
  push(prices: PriceColumns, onBlock: (block: ManyBlock<Name>) => void): void;
  /**
   * The diagnostics of each configuration over the bars taken so far, in the order in which they were given.
   *
   * @throws ATC_CLOSED after the stream was disposed of
   */
  diagnostics(): readonly SignalDiagnostics[];
}

/** Validates each configuration; an error says which one it is. */
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

/** One kernel for each group of configurations that share their averages. */
function createKernels(configs: readonly SignalConfig[], outputs: ReadonlySet<SignalOutput>): readonly ManyKernel[] {
  const lanes = lanesWanted();
  function create(members: readonly Member[]): ManyKernel {
    const shared = lanes && members.length > 1 ? createLaneKernel(members, outputs) : undefined;
    return shared ?? createSeparateKernels(members, outputs);
  }
  return groupConfigs(configs).map(create);
}

/** Checks the prices for every calculation source in use, before any kernel takes them. */
function checkSources(
  kernels: readonly ManyKernel[],
  prices: PriceColumns,
  position: number,
): readonly (readonly [ManyKernel, CheckedPrices])[] {
  const checked = new Map<string, CheckedPrices>();
  return kernels.map((kernel) => {
    const { config } = kernel.members[0] as Member;
    const known = checked.get(config.calculationSource) ?? checkPrices(prices, config, position);
    checked.set(config.calculationSource, known);
    return [kernel, known];
  });
}

/**
 * Signals of many configurations over the same bars. Configurations that differ only in lambda, decay, weights, thresholds, cutout, growthCap, strategyMode or precision
 * share their averages and crossings, and are computed two at a time; each gets, to the last bit, what {@link createStream} gives it.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig` does, with the index of the configuration in `details.config`; ATC_INVALID_ARGUMENT where
 * `options.outputs` names an output that does not exist
 */
export function createManyStream<Name extends SignalOutput = "direction">(
  configs: readonly Partial<SignalConfig>[],
  options: ManyOptions<Name> = {},
): ManyStream<Name> {
  const whole = validateAll(configs);
  // Where nothing is named, Name is "direction": the type parameter has that default.
  const outputs = checkOutputs(options.outputs ?? (["direction"] as unknown as readonly Name[]));
  const kernels = createKernels(whole, new Set<SignalOutput>(outputs));
  let position = 0;
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new AtcError("ATC_CLOSED", "this stream of many configurations was disposed of; make another");
  }

  function run(kernel: ManyKernel, { close, source }: CheckedPrices, onBlock: (block: ManyBlock<Name>) => void): void {
    for (let from = 0; from < close.length; from += kernel.blockLength) {
      const count = Math.min(kernel.blockLength, close.length - from);
      kernel.advance(close, source, from, count, (member, results) => {
        const config = (kernel.members[member] as Member).index;
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
