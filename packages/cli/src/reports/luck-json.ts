import type { BacktestValidation } from "@atc/runtime/validation";

/** A value as JSON has it: undefined and numbers that are not finite are null, and arrays of samples are left out. */
export function plain(value: unknown): unknown {
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return null;
  if (Array.isArray(value)) return value.map(plain);
  // The returns of all samples: their quantiles are beside them.
  if (value instanceof Float64Array) return undefined;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** A judged backtest as JSON: its report without the symbols' figures, the tests and the verdict. */
export function luckJson({ report, samples, seed, tests, verdict }: BacktestValidation, seconds: number): object {
  const { config, data, period, notes, portfolio, skipped } = report;
  return {
    config,
    data,
    ...(period === undefined ? {} : { period }),
    notes,
    portfolio,
    skipped,
    samples,
    seed,
    tests: plain(tests),
    verdict,
    seconds: Number(seconds.toFixed(3)),
  };
}
