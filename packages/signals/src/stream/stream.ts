import type { OutputColumns, PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { diagnosticsOf, growthWarnings, type SignalWarning } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { validateSignalConfig } from "../base/validate-config.ts";
import { warmupOf } from "../base/warmup.ts";
import { createBarSequence } from "./bar-sequence.ts";
import { createKernel } from "./create-kernel.ts";
import { createDirectionWatch } from "./direction-watch.ts";
import { createOutputReader } from "./output-reader.ts";
import { checkPrices, readBar } from "./price-check.ts";
import type { PriceBar, SignalOptions, SignalStream, SignalTargets } from "./signal-stream.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { allocateTarget, checkOutputs, checkTargets, checkValues, type Target } from "./targets.ts";

/** Reports each warning once, after its bar was computed. */
function createWarner(
  warnings: readonly SignalWarning[],
  listen: ((warning: SignalWarning) => void) | undefined,
): { report(position: number): void; skip(position: number): void } {
  let next = 0;
  return {
    report(position) {
      for (let warning = warnings[next]; warning !== undefined && warning.bar < position; warning = warnings[next]) {
        next++;
        listen?.(warning);
      }
    },
    skip(position) {
      next = warnings.filter(({ bar }) => bar < position).length;
    },
  };
}

/**
 * Computes signals bar by bar or in chunks. Memory does not grow with the number of bars. Members missing from `config`
 * take their defaults.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`; ATC_INVALID_ARGUMENT if `options.outputs` names an output that
 * does not exist
 */
export function createStream<Name extends SignalOutput = SignalOutput>(
  config: Partial<SignalConfig> = {},
  options: SignalOptions<Name> = {},
): SignalStream<Name> {
  return openStream(config, options, checkPrices);
}

/** A stream whose last outputs can be read by other parts of this package. */
export interface OpenStream<Name extends SignalOutput> extends SignalStream<Name> {
  /**
   * Writes the outputs of the last bar. Only valid right after the call that computed it: streams of a thread share the
   * rows of results.
   */
  writeLast(values: Float64Array): void;
}

/**
 * Like {@link createStream}, with a custom price check. If the check is deferred, a push that throws leaves the stream
 * unusable.
 */
export function openStream<Name extends SignalOutput>(
  config: Partial<SignalConfig>,
  options: SignalOptions<Name>,
  check: typeof checkPrices,
): OpenStream<Name> {
  const whole = validateSignalConfig(config);
  const outputs = checkOutputs(options.outputs);
  const computed = new Set<SignalOutput>(outputs);
  if (options.onDirection !== undefined) computed.add("direction");
  const kernel = createKernel(whole, computed);
  const watch = createDirectionWatch(options.onDirection);
  const warner = createWarner(kernel.votes ? growthWarnings(whole) : [], options.onWarning);
  const sequence = createBarSequence(kernel, watch);
  const reader = createOutputReader(kernel, outputs, whole.precision === "float32");
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new AtcError("ATC_CLOSED", "the stream was disposed of; create another");
  }

  /** Reports warnings and changes of the direction, once the stream is ready for the next push. */
  function report(): void {
    warner.report(sequence.position);
    watch.report();
  }

  function pushOne(bar: PriceBar): void {
    readBar(bar, whole.calculationSource, sequence.position, sequence.last);
    sequence.pushOne();
  }

  function replaceOne(bar: PriceBar): void {
    if (sequence.position === 0) {
      throw new AtcError("ATC_INVALID_ARGUMENT", "there is no bar to replace; push a bar first");
    }
    readBar(bar, whole.calculationSource, sequence.position - 1, sequence.last);
    sequence.replace();
  }

  return {
    config: whole,
    outputs,
    get position() {
      return sequence.position;
    },
    warmup: (output) => warmupOf(output, whole),
    push(prices: PriceColumns) {
      assertOpen();
      const checked = check(prices, whole, sequence.position);
      const columns: Partial<Record<SignalOutput, Target>> = {};
      for (const output of outputs) columns[output] = allocateTarget(output, whole, prices.close.length);
      sequence.push(checked, reader.copier(columns));
      report();
      return columns as OutputColumns<Name>;
    },
    pushInto(prices: PriceColumns, targets: SignalTargets) {
      assertOpen();
      const checked = check(prices, whole, sequence.position);
      checkTargets(targets, outputs, prices.close.length);
      sequence.push(checked, reader.copier(targets));
      report();
    },
    pushBar(bar) {
      assertOpen();
      pushOne(bar);
      const values = reader.record();
      report();
      return values;
    },
    pushBarInto(bar, values) {
      assertOpen();
      checkValues(values, outputs);
      pushOne(bar);
      reader.write(values);
      report();
    },
    replace(bar) {
      assertOpen();
      replaceOne(bar);
      const values = reader.record();
      report();
      return values;
    },
    replaceInto(bar, values) {
      assertOpen();
      checkValues(values, outputs);
      replaceOne(bar);
      reader.write(values);
      report();
    },
    snapshot() {
      assertOpen();
      const { bars, lastBar, numbers } = sequence.save();
      return encodeSnapshot(
        { config: whole, outputs: [...computed], bars, lastBar, told: watch.lastReported },
        numbers,
      );
    },
    restore(snapshot) {
      assertOpen();
      const { header, state } = decodeSnapshot(snapshot, whole, [...computed], kernel.savedLength);
      sequence.restore({ bars: header.bars, lastBar: header.lastBar, numbers: state });
      watch.lastReported = header.told;
      warner.skip(sequence.position);
    },
    writeLast: (values) => reader.write(values),
    diagnostics() {
      assertOpen();
      return diagnosticsOf(kernel.tallies(), kernel.votes, whole, sequence.position);
    },
    [Symbol.dispose]() {
      closed = true;
      kernel[Symbol.dispose]();
    },
  };
}
