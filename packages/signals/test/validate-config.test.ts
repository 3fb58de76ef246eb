import { isAtcError, type SignalConfig, signalDefaults } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { longestWarmup, validateSignalConfig } from "../src/index.ts";

function faultsOf(config: Readonly<Record<string, unknown>>): readonly unknown[] {
  try {
    validateSignalConfig(config as Partial<SignalConfig>);
  } catch (error) {
    if (isAtcError(error, "ATC_INVALID_CONFIG")) return error.details["faults"] as readonly unknown[];
    throw error;
  }
  return [];
}

describe("validateSignalConfig", () => {
  it("fills in the defaults", () => {
    expect(validateSignalConfig()).toEqual(signalDefaults);
    expect(validateSignalConfig({ cutout: 5 })).toEqual({ ...signalDefaults, cutout: 5 });
  });

  it("treats an undefined member as absent", () => {
    expect(validateSignalConfig(JSON.parse("{}"))).toEqual(signalDefaults);
    expect(faultsOf({ lambda: undefined })).toEqual([]);
  });

  it.each([
    ["emaLength", 27.5],
    ["hmaLength", "28"],
    ["wmaLength", 0],
    ["kamaLength", 2_000_000],
    ["emaWeight", 0],
    ["kamaWeight", Number.POSITIVE_INFINITY],
    ["robustness", "medium"],
    ["lambda", -0.01],
    ["lambda", Number.NaN],
    ["decay", 100.5],
    ["cutout", -1],
    ["cutout", 2.5],
    ["growthCap", "None"],
    ["growthCap", -1],
    ["longThreshold", Number.NaN],
    ["strategyMode", 1],
    ["calculationSource", "hl2"],
    ["precision", "float16"],
    ["dialect", "pine"],
    ["hma", null],
  ])("rejects %s = %o by name", (path, value) => {
    expect(faultsOf({ [path]: value })).toEqual([{ path, value: String(value), allowed: expect.any(String) }]);
  });

  it("lists every fault", () => {
    const faults = faultsOf({ lambda: -1, decay: 200, dialect: "x" });
    expect(faults).toHaveLength(3);
  });

  it("suggests the name that was probably meant", () => {
    expect(faultsOf({ emaLenght: 20 })).toEqual([
      { path: "emaLenght", value: "20", allowed: expect.stringContaining("emaLength") },
    ]);
  });

  it.each([
    ["emaLength", "Narrow", 5],
    ["emaLength", "Medium", 7],
    ["hmaLength", "Medium", 8],
    ["lsmaLength", "Wide", 9],
    ["kamaLength", "Wide", 8],
  ] as const)(
    "names %s with %s robustness and the smallest base length that works, %i",
    (path, robustness, smallest) => {
      expect(faultsOf({ [path]: smallest, robustness })).toEqual([]);
      const [fault] = faultsOf({ [path]: smallest - 1, robustness });
      const allowed = expect.stringMatching(new RegExp(`^${smallest} or more.*${path.slice(0, -6).toUpperCase()}`));
      expect(fault).toEqual({ path, value: String(smallest - 1), allowed });
    },
  );

  it("rejects a long threshold that is not above the short one", () => {
    expect(faultsOf({ longThreshold: 0.1, shortThreshold: 0.1 })).toMatchObject([{ path: "longThreshold" }]);
    expect(faultsOf({ longThreshold: -0.2, shortThreshold: -0.3 })).toEqual([]);
  });
});

describe("longestWarmup", () => {
  it("is the number of bars until the slowest average has a value", () => {
    // HMA of 34 bars: 34 - 1 + floor(sqrt 34) - 1 is its first index.
    expect(longestWarmup()).toBe(37 + 1);
    expect(longestWarmup({ hma: "sma" })).toBe(34);
    expect(longestWarmup({ dialect: "tradingview" })).toBe(2 * 34 - 1);
    expect(longestWarmup({ emaLength: 200 })).toBe(206);
  });

  it("does not wait for KAMA, which has values at once", () => {
    expect(longestWarmup({ kamaLength: 500 })).toBe(longestWarmup());
  });
});
