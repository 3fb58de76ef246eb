import { readFileSync } from "node:fs";
import type { JsonObject } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import type { AtcConfig } from "../src/index.ts";
import { configDefaults, configJsonSchema, configKeys, parseConfig } from "../src/index.ts";
import { load, loadText } from "./folder.ts";

describe("the keys", () => {
  it("are those of the configuration, each spelled once", () => {
    expect(new Set(configKeys.map(({ name }) => name))).toEqual(new Set(Object.keys(configDefaults)));
    const spellings = configKeys.flatMap(({ name, pythonNames }) => [name, ...pythonNames]);
    expect(new Set(spellings).size).toBe(spellings.length);
  });

  it("say their kind, default and what is allowed", () => {
    const key = (wanted: string) => configKeys.find(({ name }) => name === wanted);
    expect(key("growthCap")).toMatchObject({
      pythonNames: ["growth_cap"],
      variable: "ATC_GROWTH_CAP",
      flag: "--growth-cap",
      kind: "integer",
      default: 10_000,
      allowed: "an integer of 0 or more, or none",
      acceptsNone: true,
    });
    expect(key("side")).toMatchObject({ kind: "choice", values: ["both", "long", "short"], default: "both" });
    expect(key("limit")).toMatchObject({ default: "none", kind: "integer", acceptsNone: true });
    expect(key("slippageBps")).toMatchObject({ kind: "number", allowed: "a number of 0 or more and below 10000" });
    expect(key("strategyMode")).toMatchObject({ kind: "boolean", allowed: "true or false", group: "signals" });
    expect(key("rebalance")).toMatchObject({ kind: "string", values: expect.arrayContaining(["everyBar"]) });
    expect(key("weights")).toMatchObject({
      kind: "shares",
      values: ["equal", "inverseVolatility", "full"],
      default: "equal",
      allowed: "equal, inverseVolatility, full, or a number of 0 or more per symbol, such as AAA=0.5,BBB=0.3",
      acceptsNone: false,
    });
    expect(key("plugins")).toMatchObject({ kind: "list", default: [] });
  });

  it("have defaults that are allowed", () => {
    const object = Object.fromEntries(configKeys.map((key) => [key.name, key.default]));
    expect(parseConfig(object)).toEqual(parseConfig({}));
  });
});

/** Also names as `EURUSD=X`, and such as need quotes in a flag. */
const symbol = fc.oneof(
  fc.stringMatching(/^[A-Z]{1,5}$/),
  fc.constantFrom("EURUSD=X", "A,B", 'say "hi"', "BRK.B", "__proto__"),
);
const share = fc.double({ min: 0, max: 10, noNaN: true });

/** A value as text for a flag or a variable. */
function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return String(value);
  const quoted = (name: string): string => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  return Object.entries(value)
    .map(([name, number]) => `${quoted(name)}=${number}`)
    .join(",");
}

const configs = fc.record(
  {
    emaLength: fc.integer({ min: 8, max: 500 }),
    hmaWeight: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    robustness: fc.constantFrom("Narrow", "Medium", "Wide"),
    lambda: fc.double({ min: 0, max: 10, noNaN: true }),
    growthCap: fc.oneof(fc.nat(), fc.constant("none")),
    longThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
    strategyMode: fc.boolean(),
    feeBps: fc.double({ min: 0, max: 100, noNaN: true }),
    side: fc.constantFrom("both", "long", "short"),
    strategy: fc.constantFrom("atc", "columns"),
    sizing: fc.constantFrom("allIn", "signalProportional", "none"),
    rebalance: fc.oneof(
      fc.constantFrom("never", "daily"),
      fc.nat(9999).map((n) => `bars:${n + 1}`),
    ),
    weights: fc.oneof(fc.constantFrom("equal", "full"), fc.dictionary(symbol, share, { minKeys: 1 })),
    limit: fc.oneof(fc.integer({ min: 1 }), fc.constant("none")),
    timeframe: fc.constantFrom("15m", "1h", "4H", "1d", "2w", "30s", "none"),
    compressionAlgorithm: fc.constantFrom("zstd", "my-codec"),
    plugins: fc.array(fc.stringMatching(/^@?[a-z][a-z0-9-/]*$/)),
  },
  { requiredKeys: [] },
);

describe("every way in", () => {
  it("gives the same configuration: object, YAML, JSON, environment, flags", async () => {
    const variables = new Map<string, string>(configKeys.map(({ name, variable }) => [name, variable]));
    const python = new Map<string, string>(configKeys.map(({ name, pythonNames }) => [name, pythonNames[0] ?? name]));
    const respell = (object: object, names: ReadonlyMap<string, string>, value: (member: unknown) => unknown) =>
      Object.fromEntries(Object.entries(object).map(([name, member]) => [names.get(name) ?? name, value(member)]));
    await fc.assert(
      fc.asyncProperty(configs, async (object) => {
        const expected = (await load({ file: false, object })).config;
        const others = (({ cacheDir: _, dataDir: __, runsDir: ___, ...rest }: AtcConfig) => rest)(expected);
        const text = respell(object, variables, textOf) as Record<string, string>;
        expect((await load({ file: false, env: text })).config).toEqual(expected);
        expect((await load({ file: false, flags: respell(object, python, textOf) })).config).toEqual(expected);
        expect((await loadText(stringify(respell(object, python, (value) => value)))).config).toMatchObject(others);
        expect((await loadText(JSON.stringify(object), "atc.json")).config).toMatchObject(others);
      }),
      { numRuns: 40 },
    );
  });
});

describe("the JSON Schema", () => {
  const file = readFileSync(new URL("../atc.schema.json", import.meta.url), "utf8");

  it("in the package is up to date (pnpm build && pnpm --filter @atc/config schema)", () => {
    expect(JSON.parse(file)).toEqual(configJsonSchema);
  });

  const schema = z.fromJSONSchema(JSON.parse(file) as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (value: unknown): boolean => schema.safeParse(value).success;

  it("accepts the defaults, Python's spellings and keys without effect", () => {
    expect(accepts(Object.fromEntries(configKeys.map((key) => [key.name, key.default])))).toBe(true);
    expect(accepts({ $schema: "x", ema_len: 21, La: 0.1, growth_cap: "none", use_cuda: true, npartitions: null })).toBe(
      true,
    );
  });

  it.each([
    { emaLength: 0 },
    { ema_len: "x" },
    { side: "up" },
    { compressionLevel: 10 },
    { what: 1 },
    { limit: "all" },
  ])("refuses %j", (value) => {
    expect(accepts(value)).toBe(false);
  });

  it("describes every key", () => {
    const properties = configJsonSchema["properties"] as JsonObject;
    for (const { name, pythonNames, description } of configKeys) {
      expect(properties[name]).toMatchObject({ description });
      for (const python of pythonNames) expect(properties[python]).toHaveProperty("description");
    }
  });
});
