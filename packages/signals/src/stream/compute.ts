import type { OutputColumns, PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SignalDiagnostics } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { configError, validateSignalConfig } from "../base/validate-config.ts";
import { checkAsTaken } from "./price-check.ts";
import type { SignalOptions } from "./signal-stream.ts";
import { openStream } from "./stream.ts";

/** The outputs of a whole series. */
export interface SignalResult<Name extends SignalOutput = SignalOutput> {
  /**
   * A number a bar: `direction` as an Int8Array, the others as Float64Array, or Float32Array where that is the configured precision; NaN where there is no
   * value yet.
   */
  readonly columns: OutputColumns<Name>;
  /** How far the outputs can be trusted. */
  readonly diagnostics: SignalDiagnostics;
}

/**
 * The signals of a whole series, oldest bar first. A series shorter than `longestWarmup` bars is computed; averages with no value never vote.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig` does, and where the cutout leaves no bar of the series; ATC_INVALID_DATA where the series is empty, its
 * columns are of unequal lengths, the calculation source is missing, or a price is not finite and above 0; ATC_INVALID_ARGUMENT for an unknown output
 */
export function compute<Name extends SignalOutput = SignalOutput>(
  prices: PriceColumns,
  config: Partial<SignalConfig> = {},
  options: SignalOptions<Name> = {},
): SignalResult<Name> {
  const whole = validateSignalConfig(config);
  const bars = prices.close.length;
  if (bars === 0) throw new AtcError("ATC_INVALID_DATA", "the series has no bars; there is nothing to compute");
  if (whole.cutout >= bars) {
    const allowed = `0 to ${bars - 1} for a series of ${bars} bars: a larger one leaves no bar`;
    throw configError([{ path: "cutout", value: String(whole.cutout), allowed }]);
  }
  // A bad price ends the computation, of which nothing has been seen: prices need not all be checked before the first is taken.
  using stream = openStream(whole, options, checkAsTaken);
  const columns = stream.push(prices);
  return { columns, diagnostics: stream.diagnostics() };
}
