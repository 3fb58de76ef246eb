import { readFileSync } from "node:fs";
import type { SignalConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { calibrate, compute, computeMany, createStream, longestWarmup, signalOutputs } from "../src/index.ts";
import { assertAgreement } from "./agreement.ts";
import { kernels, under, useKernel } from "./kernels.ts";
import { naiveAverage } from "./naive-signals.ts";
import { randomWalk } from "./price-walks.ts";

/** The file of `fixtures/lsma-delayed.py`, which computes each window from scratch with fractions. */
const [header = "", ...lines] = readFileSync(new URL("fixtures/lsma-delayed.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const columns = header
  .split(",")
  .map((_, column) => Float64Array.from(lines, (line) => Number(line.split(",")[column])));
const close = columns[0] ?? new Float64Array();
const exact = new Map(header.split(",").map((name, column) => [Number(name), columns[column] ?? new Float64Array()]));
const delayed = { lsma: "delayed" } as const;

describe("the delayed LSMA in exact arithmetic", () => {
  it("is what calibrate gives at every length, also at 2, 3 and 4", () => {
    const seen = new Set<number>();
    for (const config of [{ lsmaLength: 6, robustness: "Narrow" as const }, { lsmaLength: 13 }, { lsmaLength: 28 }]) {
      const { lengths, averages } = calibrate({ close }, "lsma", { ...config, ...delayed });
      for (const [index, length] of lengths.entries()) {
        const wanted = exact.get(length);
        if (wanted === undefined) continue;
        seen.add(length);
        assertAgreement({ lsma: averages[index] ?? [] }, { lsma: wanted }, close);
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 8, 13, 22, 28, 34]);
  });

  it("is the value that pandas_ta 0.3.14b gives for 10 25 33 38 49 61 72 84 and n = 8", () => {
    const { averages, lengths } = calibrate({ close: close.subarray(0, 8) }, "lsma", { lsmaLength: 8, ...delayed });
    expect(lengths[0]).toBe(8);
    expect(averages[0]?.[7]).toBeCloseTo(71.738095, 6);
    const newest = calibrate({ close: close.subarray(0, 8) }, "lsma", { lsmaLength: 8 });
    expect(newest.averages[0]?.[7]).toBeCloseTo(81.833333, 6);
  });

  it("at length 2 is the price before, to the last bit", () => {
    const { averages, lengths } = calibrate({ close }, "lsma", { lsmaLength: 6, robustness: "Narrow", ...delayed });
    const two = averages[lengths.indexOf(2)] ?? new Float64Array();
    expect(two.slice(1)).toEqual(close.slice(0, -1));
  });
});

describe.each(kernels)("the kernel %s", (kernel) => {
  useKernel(kernel);

  it.each([8, 13, 28, 34])(
    "gives the delayed LSMA of length %i: alone, with votes, bar by bar, in chunks",
    (length) => {
      const wanted = { lsma: exact.get(length) ?? [] };
      const config = { lsmaLength: length, ...delayed };
      const alone = compute({ close }, config, { outputs: ["lsma"] }).columns;
      assertAgreement(alone, wanted, close);
      expect(compute({ close }, config).columns.lsma).toEqual(alone.lsma);
      const [many] = computeMany({ close }, [config, { ...config, lambda: 1 }, { ...config, decay: 1 }], {
        outputs: ["lsma", "direction"],
      });
      expect(many?.columns.lsma).toEqual(alone.lsma);
      for (const chunk of [1, 7, 100]) {
        const stream = createStream(config, { outputs: ["lsma", "averageSignal"] });
        const pieces: number[] = [];
        for (let from = 0; from < close.length; from += chunk)
          pieces.push(...stream.push({ close: close.subarray(from, from + chunk) }).lsma);
        expect(Float64Array.from(pieces)).toEqual(alone.lsma);
      }
    },
  );

  it("begins at bar n - 1, as the newest does", () => {
    const { lsma } = compute({ close }, delayed, { outputs: ["lsma"] }).columns;
    expect(lsma.findIndex((value) => Number.isFinite(value))).toBe(27);
    expect(createStream(delayed).warmup("lsma")).toBe(27);
    expect(longestWarmup(delayed)).toBe(longestWarmup());
  });

  it("differs from the newest by the slope, and is not the newest of one bar ago", () => {
    const walk = randomWalk(5000, 3);
    const newest = compute({ close: walk }, {}, { outputs: ["lsma"] }).columns.lsma;
    const late = compute({ close: walk }, delayed, { outputs: ["lsma"] }).columns.lsma;
    const naive = naiveAverage("lsma", [...walk], 28, { lsma: "delayed" } as SignalConfig);
    assertAgreement({ lsma: late }, { lsma: naive }, walk);
    const differing = late.filter((value, bar) => bar > 28 && Math.abs(value - Number(newest[bar - 1])) > 1e-6);
    expect(differing.length).toBeGreaterThan(4900);
  });

  it("restores a snapshot, and refuses it for the other point", () => {
    const stream = createStream(delayed);
    stream.push({ close: close.subarray(0, 200) });
    const snapshot = stream.snapshot();
    const again = createStream(delayed);
    again.restore(snapshot);
    const rest = { close: close.subarray(200) };
    expect(again.push(rest)).toEqual(stream.push(rest));
    expect(() => createStream().restore(snapshot)).toThrow(/lsma is "delayed" in the snapshot, "newest"/);
  });
});

it("changes about 6 in 1,000 of all votes, and every output is the same with both kernels", () => {
  const walk = randomWalk(20_000, 11);
  const newest = calibrate({ close: walk }, "lsma");
  const late = calibrate({ close: walk }, "lsma", delayed);
  let differing = 0;
  for (const [index, votes] of late.votes.entries())
    for (let bar = 40; bar < votes.length; bar++) if (votes[bar] !== newest.votes[index]?.[bar]) differing++;
  // LSMA is one of six kinds.
  const share = differing / (6 * 9 * walk.length);
  expect(share).toBeGreaterThan(0.003);
  expect(share).toBeLessThan(0.0075);
  const results = kernels.map((kernel) => under(kernel, () => compute({ close: walk }, delayed).columns));
  for (const output of signalOutputs) expect(results.at(-1)?.[output]).toEqual(results[0]?.[output]);
});
