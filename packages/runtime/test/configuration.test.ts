import { validateBacktestConfig } from "@atc/backtest";
import { parseConfig } from "@atc/config";
import { backtestParameters, isAtcError, type Parameter, signalParameters } from "@atc/contract";
import { validateSignalConfig } from "@atc/signals";
import fc from "fast-check";
import { expect, it } from "vitest";

const parameters = { ...signalParameters, ...backtestParameters };
const isSignal = (name: string): boolean => Object.hasOwn(signalParameters, name);

/** The error code of a validator, or its result. */
function outcome<Result>(validate: () => Result): Result | string {
  try {
    return validate();
  } catch (error) {
    if (isAtcError(error)) return error.code;
    throw error;
  }
}

/** What a run makes of a configuration that it receives without `@atc/config`. */
function checkedByRun(config: Readonly<Record<string, unknown>>): object | string {
  const part = (wanted: boolean): object =>
    Object.fromEntries(Object.entries(config).filter(([name]) => isSignal(name) === wanted));
  return outcome(() => ({ ...validateSignalConfig(part(true)), ...validateBacktestConfig(part(false)) }));
}

/** What `atc config` makes of it, without the keys that only it has. */
function checkedByConfig(config: Readonly<Record<string, unknown>>): object | string {
  const found = outcome(() => parseConfig(config));
  if (typeof found === "string") return found;
  return Object.fromEntries(Object.entries(found).filter(([name]) => Object.hasOwn(parameters, name)));
}

function valuesOf({ minimum, maximum, above, below, values }: Parameter): fc.Arbitrary<unknown> {
  const bounds = [minimum, maximum, above, below, 0, 28].filter((bound) => bound !== undefined);
  return fc.oneof(
    fc.constantFrom(...bounds.flatMap((bound) => [bound - 1, bound - 0.5, bound, bound + 0.5, bound + 1])),
    fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "none", "up", ...(values ?? [true, false])),
  );
}

const configs = fc.record(
  Object.fromEntries(Object.entries<Parameter>(parameters).map(([name, parameter]) => [name, valuesOf(parameter)])),
  { requiredKeys: [] },
);

it("a run accepts the configurations that `atc config` accepts, and reads the same values", () => {
  const names = Object.keys(parameters);
  fc.assert(
    fc.property(configs, fc.subarray(names, { minLength: 1, maxLength: 3 }), (config, chosen) => {
      const few = Object.fromEntries(chosen.flatMap((name) => (name in config ? [[name, config[name]]] : [])));
      const direct = checkedByRun(few);
      const parsed = checkedByConfig(few);
      // `atc config` reads 0 and 1 as false and true, which a program must write itself.
      if (typeof parsed === "object") expect(checkedByRun(parsed as Record<string, unknown>)).toEqual(parsed);
      if (typeof direct === "object") expect(parsed).toEqual(direct);
      else if (typeof parsed === "string") expect(parsed).toBe(direct);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ["riskFreeRate", -1],
  ["emaLength", 1_000_001],
  ["slippageBps", 10_000],
  ["growthCap", -1],
])("%s %d is refused by both", (name, value) => {
  expect([checkedByRun({ [name]: value }), checkedByConfig({ [name]: value })]).toEqual([
    "ATC_INVALID_CONFIG",
    "ATC_INVALID_CONFIG",
  ]);
});
