import { AtcError, type SignalConfig } from "@atc/contract";
import {
  createStream,
  longestWarmup,
  type SignalDiagnostics,
  signalsVersion,
  validateSignalConfig,
} from "@atc/signals";
import type { BoundStrategy } from "./strategy.ts";

/** The warnings of the signals' diagnostics for a trader. */
function sentences(diagnostics: SignalDiagnostics, warmup: number): readonly string[] {
  const { bars, warnings, floorShare } = diagnostics;
  const found: string[] = [];
  if (bars < warmup)
    found.push(
      `${bars === 1 ? "1 bar is" : `${bars} bars are`} fewer than the longest average needs (${warmup}): some averages never vote`,
    );
  const strongest = warnings.at(-1);
  if (strongest !== undefined) found.push(strongest.message);
  if (floorShare > 0.5)
    found.push(
      `${(100 * floorShare).toFixed(0)} % of the equities that weight the votes are at their floor, so the weights are unreliable; set a smaller decay`,
    );
  return found;
}

/**
 * Adaptive Trend Classification as a strategy: the output `direction` of `docs/atc-spec.md`, with `averageSignal` as
 * its strength.
 *
 * @param config - the configuration of the signals; missing members get their defaults
 * @throws ATC_INVALID_CONFIG. A run throws ATC_INVALID_DATA if a symbol has no bar after the cutout.
 */
export function atcStrategy(config: Partial<SignalConfig> = {}): BoundStrategy {
  const whole = validateSignalConfig(config);
  const { cutout, calculationSource } = whole;
  const warmup = longestWarmup(whole);
  return {
    name: "atc",
    version: signalsVersion,
    columns: calculationSource === "close" ? [] : [calculationSource],
    outputs: ["strength"],
    start(symbol, wanted = []) {
      const isWanted = wanted.includes("strength");
      const stream = createStream(whole, { outputs: isWanted ? ["direction", "averageSignal"] : ["direction"] });
      return {
        decide: (bars, direction, { strength }) =>
          stream.pushInto(bars, strength === undefined ? { direction } : { direction, averageSignal: strength }),
        finish() {
          const diagnostics = stream.diagnostics();
          stream[Symbol.dispose]();
          if (diagnostics.bars > cutout) return sentences(diagnostics, warmup);
          throw new AtcError(
            "ATC_INVALID_DATA",
            `symbol "${symbol}" has ${diagnostics.bars} bars, all of them within the cutout of "${cutout}"; set a smaller cutout or give more bars`,
            { details: { symbol, bars: diagnostics.bars, cutout } },
          );
        },
      };
    },
  };
}
