import type { OutputColumns, PriceColumns, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SignalDiagnostics } from "../base/diagnostics.ts";
import type { SignalOutput } from "../base/signal-output.ts";
import { configError, validateSignalConfig } from "../base/validate-config.ts";
import { deferPriceCheck } from "./price-check.ts";
import type { SignalOptions } from "./signal-stream.ts";
import { openStream } from "./stream.ts";

/** The outputs of a whole series. */
export interface SignalResult<Name extends SignalOutput = SignalOutput> {
  /**
   * One number per bar: an Int8Array for `direction`, else a Float64Array, or a Float32Array if that precision is
   * configured. NaN before an output's first value.
   */
  readonly columns: OutputColumns<Name>;
  /** How far the outputs can be trusted. */
  readonly diagnostics: SignalDiagnostics;
}

/**
 * Computes the signals of a whole series, oldest bar first. A series shorter than `longestWarmup` bars is accepted;
 * averages without a value never vote.
 *
 * @throws ATC_INVALID_CONFIG as `validateSignalConfig`, and if the cutout leaves no bar of the series; ATC_INVALID_DATA
 * if the series is empty, its columns differ in length, the calculation source is missing, or a price is not finite and
 * above 0; ATC_INVALID_ARGUMENT for an unknown output
 */
export function compute<Name extends SignalOutput = SignalOutput>(
  prices: PriceColumns,
  config: Partial<SignalConfig> = {},
  options: SignalOptions<Name> = {},
): SignalResult<Name> {
  const whole = validateSignalConfig(config);
  const bars = prices.close.length;
  if (bars === 0) throw new AtcError("ATC_INVALID_DATA", "the series has no bars; give at least one");
  if (whole.cutout >= bars) {
    const allowed = `0 to ${bars - 1} for a series of ${bars} bars: a larger one leaves no bar`;
    throw configError([{ path: "cutout", value: String(whole.cutout), allowed }]);
  }
  // Prices are checked block by block: a bad one ends the computation before the caller has seen any result.
  using stream = openStream(whole, options, deferPriceCheck);
  const columns = stream.push(prices);
  return { columns, diagnostics: stream.diagnostics() };
}
