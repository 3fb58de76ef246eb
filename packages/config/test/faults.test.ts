import { averageKinds } from "@atc/contract";
import { derivedLengths, smallestLength } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigFault } from "../src/index.ts";
import { parseConfig } from "../src/index.ts";
import { errorOf, faultsOf, folderWith, load, loadText } from "./folder.ts";

const faultsIn = (object: object): Promise<readonly ConfigFault[]> =>
  faultsOf(Promise.resolve().then(() => parseConfig(object)));

describe("faults", () => {
  it("of all layers are in one error, with path, place, value and what is accepted", async () => {
    const cwd = await folderWith({ "atc.yaml": "ema_len: abc\nrobustness: Medum\nema_lenght: 3\nplugins: [a, 3]\n" });
    const error = await errorOf(
      load({ cwd, object: { fill: 3 }, env: { ATC_FEE_BPS: "-1" }, flags: { "compression-level": 12 } }),
    );
    const file = `${cwd}/atc.yaml`;
    expect(error.details["faults"]).toEqual([
      { path: "fill", key: "fill", origin: "object", value: 3, allowed: "nextOpen, nextClose or worst is required" },
      {
        path: "ema_len",
        key: "emaLength",
        origin: `${file}:1`,
        value: "abc",
        allowed: "an integer from 1 to 1000000 is required",
      },
      {
        path: "robustness",
        key: "robustness",
        origin: `${file}:2`,
        value: "Medum",
        allowed: "Narrow, Medium or Wide is required",
        nearest: "Medium",
      },
      { path: "ema_lenght", origin: `${file}:3`, value: 3, allowed: "there is no such key", nearest: "emaLength" },
      {
        path: "plugins[1]",
        key: "plugins",
        origin: `${file}:4`,
        value: 3,
        allowed: "a list of package names is required",
      },
      {
        path: "feeBps",
        key: "feeBps",
        origin: "ATC_FEE_BPS",
        value: "-1",
        allowed: "a number of 0 or more is required",
      },
      {
        path: "compressionLevel",
        key: "compressionLevel",
        origin: "--compression-level",
        value: 12,
        allowed: "an integer from 0 to 9 is required",
      },
    ]);
    for (const part of [
      '"ema_len" = "abc"',
      `${file}:2`,
      "ATC_FEE_BPS",
      "--compression-level",
      'did you mean "Medium"?',
    ])
      expect(error.message).toContain(part);
  });

  it.each([
    ["emaLength", 0],
    ["emaLength", 2.5],
    ["emaWeight", 0],
    ["lambda", -0.1],
    ["decay", 101],
    ["cutout", -1],
    ["growthCap", "some"],
    ["longThreshold", Number.NaN],
    ["shortThreshold", Number.POSITIVE_INFINITY],
    ["strategyMode", "maybe"],
    ["strategyMode", 2],
    ["calculationSource", "hl2"],
    ["feeBps", true],
    ["feeBps", "1,5"],
    ["feeBps", ""],
    ["feeBps", new Date(0)],
    ["slippageBps", 10_000],
    ["initialCapital", 0],
    ["limit", 0],
    ["timeframe", 15],
    ["timeframe", "1M"],
    ["batchSize", 0],
    ["compressionLevel", 10],
    ["compressionAlgorithm", ""],
    ["cacheDir", ""],
    ["plugins", { a: 1 }],
    ["emaLength", Symbol("s")],
    ["emaLength", 28n],
    ["emaLength", () => 28],
  ])("refuse %s = %o", async (key, value) => {
    expect(await faultsIn({ [key]: value })).toMatchObject([{ path: key, key, origin: "object" }]);
  });

  it("show NaN and infinity as text", async () => {
    const faults = await faultsIn({ feeBps: Number.NaN, slippageBps: Number.NEGATIVE_INFINITY });
    expect(faults.map(({ value }) => value)).toEqual(["NaN", "-Infinity"]);
  });

  it("report a key that is set in both spellings to different values", async () => {
    expect(parseConfig({ feeBps: 3, fee_bps: "3.0" }).feeBps).toBe(3);
    const [fault, ...others] = await faultsIn({ hmaLength: 30, hull_len: 31 });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ path: "hull_len", key: "hmaLength", value: 31 });
    expect(fault?.allowed).toContain('"hmaLength"');
  });

  it("name the present name of a plugin or package that was renamed", async () => {
    const lines = ["compressionAlgorithm: filter-numeric", 'plugins: ["my-source", "@atc/filter-numeric"]'];
    const error = await errorOf(loadText(lines.join("\n")));
    expect(error.details["faults"]).toMatchObject([
      { path: "compressionAlgorithm", key: "compressionAlgorithm", value: "filter-numeric" },
      { path: "plugins[1]", key: "plugins", value: "@atc/filter-numeric" },
    ]);
    expect(error.message).toMatch(/atc\.yaml:1\): it was renamed; write "numeric" instead$/m);
    expect(error.message).toMatch(/atc\.yaml:2\): it was renamed; write "@atc\/codec-numeric" instead$/m);
    await errorOf(load({ file: false, env: { ATC_COMPRESSION_ALGORITHM: "@atc/filter-numeric" } }));
    expect(parseConfig({ compressionAlgorithm: "numeric", plugins: ["@atc/codec-numeric"] }).plugins).toHaveLength(1);
  });

  it("take no key from a prototype", async () => {
    expect(await faultsIn(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toHaveLength(2);
  });

  it("cut a long value in the message", async () => {
    const error = await errorOf(Promise.resolve().then(() => parseConfig({ feeBps: "x".repeat(5000) })));
    expect(error.message.length).toBeLessThan(300);
  });
});

describe("rules between keys", () => {
  it("require the long threshold above the short one, and name the one that is set", async () => {
    expect(await faultsIn({ longThreshold: -0.1 })).toMatchObject([{ path: "longThreshold", value: -0.1 }]);
    expect(await faultsIn({ short_threshold: 0.2 })).toMatchObject([
      { path: "short_threshold", key: "shortThreshold" },
    ]);
    expect(await faultsIn({ longThreshold: "x", shortThreshold: 9 })).toHaveLength(1);
    expect(parseConfig({ longThreshold: -0.2, shortThreshold: -0.3 }).longThreshold).toBe(-0.2);
  });

  it("name kind, base length and the smallest base length that works", async () => {
    const [fault, ...others] = await faultsIn({ lsma_len: 8, robustness: "Wide" });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ path: "lsma_len", key: "lsmaLength", value: 8 });
    expect(fault?.allowed).toMatch(/Wide.*LSMA.*base length 8 .*works is 9$/);
  });

  it("let through exactly the lengths whose nine lengths are defined", () => {
    const robustness = fc.constantFrom("Narrow" as const, "Medium" as const, "Wide" as const);
    fc.assert(
      fc.property(
        fc.constantFrom(...averageKinds),
        robustness,
        fc.integer({ min: 1, max: 12 }),
        (kind, spread, base) => {
          const works = Math.min(...derivedLengths(base, spread)) >= smallestLength[kind];
          const object = { [`${kind}Length`]: base, robustness: spread };
          if (works) expect(parseConfig(object)[`${kind}Length`]).toBe(base);
          else expect(() => parseConfig(object)).toThrow("smallest base length");
        },
      ),
    );
  });
});
