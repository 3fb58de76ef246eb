import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoadConfigOptions, loadConfig, parseConfig, valuesText } from "../src/index.ts";
import { valuesOf } from "../src/layers/values-text.ts";

function load(options: LoadConfigOptions): ReturnType<typeof loadConfig> {
  return loadConfig({ file: false, env: {}, ...options });
}

describe("strategy", () => {
  it.each(["atc", "columns", "cross", "./mine.js", "@me/package#rule"])("accepts %s", async (strategy) => {
    expect((await load({ flags: { strategy } })).config.strategy).toBe(strategy);
  });

  it("is not empty", async () => {
    await expect(load({ flags: { strategy: "" } })).rejects.toMatchObject({ code: "ATC_INVALID_CONFIG" });
  });
});

describe("parameters", () => {
  it("are merged by name over the layers", async () => {
    const object = { strategy: "./mine.js", parameters: { fast: 1, slow: 2, side: "long" } };
    const env = { ATC_PARAMETERS: "slow=3,loud=true" };
    const { config, warnings } = await load({ object, env, flags: { parameters: { fast: "9" } } });
    expect(config.parameters).toEqual({ fast: "9", slow: "3", side: "long", loud: "true" });
    expect(Object.isFrozen(config.parameters)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it("of the layers below do not count for another strategy, which is said", async () => {
    const object = { strategy: "./mine.js", parameters: { fast: 1 } };
    const other = await load({ object, flags: { strategy: "./other.js", parameters: "slow=3" } });
    expect(other.config.parameters).toEqual({ slow: "3" });
    expect(other.warnings).toEqual([expect.stringContaining("another strategy than that of --strategy")]);
    const same = await load({ object, flags: { strategy: "./mine.js" } });
    expect(same.config.parameters).toEqual({ fast: 1 });
  });

  it("have no effect beside a strategy that has keys of its own, which is said", () => {
    const warnings: string[] = [];
    parseConfig({ parameters: { fast: 1 } }, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining("strategy is atc")]);
  });

  it.each([
    [{ fast: [1] }, "parameters.fast"],
    [{ fast: Number.NaN }, "parameters.fast"],
    [{ fast: null }, "parameters.fast"],
    ["fast", "parameters"],
    ["fast=1,fast=2", "parameters"],
    [[1], "parameters"],
  ])("refuse %j", (parameters, path) => {
    let found: unknown;
    try {
      parseConfig({ strategy: "./mine.js", parameters });
    } catch (error) {
      found = error;
    }
    expect(found).toMatchObject({ code: "ATC_INVALID_CONFIG", details: { faults: [{ path }] } });
  });

  it("survive the text of an option", () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,5}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (values) => {
        expect(valuesOf(valuesText(values))).toEqual({ ...values });
      }),
    );
  });
});
