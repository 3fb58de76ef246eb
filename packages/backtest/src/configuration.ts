import { AtcError, type BacktestConfig, backtestDefaults, type JsonObject, nearest } from "@atc/contract";

type Rule = readonly [allowed: string, holds: (value: unknown) => boolean];

const number = (allowed: string, holds: (value: number) => boolean): Rule => [
  allowed,
  (value) => typeof value === "number" && Number.isFinite(value) && holds(value),
];
const oneOf = (...words: readonly string[]): Rule => [
  words.map((word) => `"${word}"`).join(", "),
  (value) => typeof value === "string" && words.includes(value),
];

const rules: Readonly<Record<keyof BacktestConfig, Rule>> = {
  feeBps: number("a number of basis points, 0 or more", (value) => value >= 0),
  slippageBps: number("a number of basis points, 0 or more and below 10000", (value) => value >= 0 && value < 10_000),
  side: oneOf("both", "long", "short"),
  fill: oneOf("nextOpen", "nextClose"),
  initialCapital: number("an amount of money above 0", (value) => value > 0),
  riskFreeRate: number("a yearly rate above -1 (0.02 is 2 %)", (value) => value > -1),
  invalidPrices: oneOf("error", "skip"),
};

function fault(path: string, value: unknown): JsonObject | undefined {
  const rule = Object.hasOwn(rules, path) ? rules[path as keyof BacktestConfig] : undefined;
  if (rule === undefined) {
    const meant = nearest(path, Object.keys(rules));
    return {
      path,
      value: String(value),
      allowed: meant === undefined ? Object.keys(rules).join(", ") : `did you mean "${meant}"?`,
    };
  }
  return rule[1](value) ? undefined : { path, value: String(value), allowed: rule[0] };
}

/**
 * The complete configuration: what is given, the defaults for the rest. A member that is `undefined` counts as absent.
 *
 * @throws ATC_INVALID_CONFIG with every fault in the message and, as `{ path, value, allowed }` (all texts), in `details.faults`.
 */
export function validateBacktestConfig(config: Partial<BacktestConfig>): BacktestConfig {
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const faults = given.map(([path, value]) => fault(path, value)).filter((found) => found !== undefined);
  if (faults.length > 0) {
    const lines = faults.map(({ path, value, allowed }) => `${String(path)} is "${String(value)}": ${String(allowed)}`);
    throw new AtcError("ATC_INVALID_CONFIG", `the backtest cannot be configured so: ${lines.join("; ")}`, {
      details: { faults },
    });
  }
  return { ...backtestDefaults, ...Object.fromEntries(given) };
}
