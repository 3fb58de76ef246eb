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

/** Tells each warning once, when its bar has been taken. */
function createWarner(
  warnings: readonly SignalWarning[],
  listen: ((warning: SignalWarning) => void) | undefined,
): { tell(position: number): void; skip(position: number): void } {
  let next = 0;
  return {
    tell(position) {
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
 * Signals bar by bar, or many bars at a time; memory does not grow with the bars. `config` takes its absent members from the defaults.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig` does; ATC_INVALID_ARGUMENT where `options.outputs` names an output that does not exist
 */
export function createStream<Name extends SignalOutput = SignalOutput>(
  config: Partial<SignalConfig> = {},
  options: SignalOptions<Name> = {},
): SignalStream<Name> {
  return openStream(config, options, checkPrices);
}

/** The same with another check of what is pushed; where that is put off, a push that throws leaves the stream in between, of use to nobody. */
export function openStream<Name extends SignalOutput>(
  config: Partial<SignalConfig>,
  options: SignalOptions<Name>,
  check: typeof checkPrices,
): SignalStream<Name> {
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
    if (closed) throw new AtcError("ATC_CLOSED", "the stream was disposed before; make a new one");
  }

  /** Tells what the bars taken brought, once the stream is ready for the next. */
  function tell(): void {
    warner.tell(sequence.position);
    watch.tell();
  }

  function pushOne(bar: PriceBar): void {
    readBar(bar, whole.calculationSource, sequence.position, sequence.last);
    sequence.takeOne();
  }

  function replaceOne(bar: PriceBar): void {
    if (sequence.position === 0) {
      throw new AtcError("ATC_INVALID_ARGUMENT", "there is no bar to replace; push one first");
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
      sequence.take(checked, reader.copier(columns));
      tell();
      return columns as OutputColumns<Name>;
    },
    pushInto(prices: PriceColumns, targets: SignalTargets) {
      assertOpen();
      const checked = check(prices, whole, sequence.position);
      checkTargets(targets, outputs, prices.close.length);
      sequence.take(checked, reader.copier(targets));
      tell();
    },
    pushBar(bar) {
      assertOpen();
      pushOne(bar);
      const values = reader.record();
      tell();
      return values;
    },
    pushBarInto(bar, values) {
      assertOpen();
      checkValues(values, outputs);
      pushOne(bar);
      reader.write(values);
      tell();
    },
    replace(bar) {
      assertOpen();
      replaceOne(bar);
      const values = reader.record();
      tell();
      return values;
    },
    replaceInto(bar, values) {
      assertOpen();
      checkValues(values, outputs);
      replaceOne(bar);
      reader.write(values);
      tell();
    },
    snapshot() {
      assertOpen();
      const { bars, lastBar, numbers } = sequence.save();
      return encodeSnapshot({ config: whole, outputs: [...computed], bars, lastBar, told: watch.told }, numbers);
    },
    restore(snapshot) {
      assertOpen();
      const { header, state } = decodeSnapshot(snapshot, whole, [...computed], kernel.savedLength);
      sequence.restore({ bars: header.bars, lastBar: header.lastBar, numbers: state });
      watch.told = header.told;
      warner.skip(sequence.position);
    },
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
