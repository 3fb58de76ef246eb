import { appendFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";

interface Explained {
  readonly dataset: string;
  readonly storedAt?: number;
  readonly nearestStoredAt?: number;
  readonly differences: readonly { readonly field: string; readonly asked?: unknown; readonly stored?: unknown }[];
}

const explain = async (...args: readonly string[]): Promise<Explained> =>
  (await shop.atc("cache", "explain", "bars.csv", "--json", ...args)).json<Explained>();
const shown = async (...args: readonly string[]): Promise<string> =>
  (await shop.atc("cache", "explain", "bars.csv", ...args)).stdout;

beforeEach(async () => {
  await shop.file("bars.csv", barsCsv(["A", "B"], 200));
});

describe("atc cache explain", () => {
  it("says that nothing is stored, and computes nothing", async () => {
    expect(await explain()).toMatchObject({ differences: [] });
    expect(await shown()).toMatch(/the next backtest computes its results, because none are stored/);
    expect(await explain()).not.toHaveProperty("storedAt");
  });

  it("names the options that differ from the nearest results, before the run and after it", async () => {
    const before = Date.now();
    await shop.atc("backtest", "bars.csv");
    await shop.atc("backtest", "bars.csv", "--fee-bps", "2", "--side", "long", "--lambda", "0.5");
    const planned = await explain("--fee-bps", "3");
    expect(planned).not.toHaveProperty("storedAt");
    expect(planned.differences).toEqual([{ field: "parameters.feeBps", asked: 3, stored: 10 }]);
    expect(await shown("--fee-bps", "3")).toContain("feeBps was 10 and is 3");
    await shop.atc("backtest", "bars.csv", "--fee-bps", "3");
    const done = await explain("--fee-bps", "3");
    expect(done.storedAt).toBeGreaterThanOrEqual(done.nearestStoredAt ?? Number.POSITIVE_INFINITY);
    expect(done.nearestStoredAt).toBeGreaterThanOrEqual(before);
    expect(done.differences).toEqual(planned.differences);
    expect(await shown("--fee-bps", "3")).toMatch(
      /the results are stored since .*Z; the nearest others, of .*Z, differ:/,
    );
  });

  it("prefers what was stored before to later results", async () => {
    await shop.atc("backtest", "bars.csv", "--symbols", "A");
    await shop.atc("backtest", "bars.csv");
    await shop.atc("backtest", "bars.csv", "--fee-bps", "2");
    const { differences } = await explain();
    expect(differences.map(({ field }) => field).sort()).toEqual(["input", "parameters.symbols"]);
    const first = await explain("--symbols", "A");
    expect(first.nearestStoredAt).toBeGreaterThanOrEqual(first.storedAt ?? Number.POSITIVE_INFINITY);
    await shop.atc("cache", "prune", "--max-bytes", "1");
    await shop.atc("backtest", "bars.csv");
    expect(await shown()).toMatch(/the results are stored since .*Z; no others are stored/);
  });

  it("names other rows, and prefers results of the same symbols", async () => {
    await shop.atc("backtest", "bars.csv");
    await shop.atc("backtest", "bars.csv", "--symbols", "A", "--fee-bps", "2");
    await appendFile(`${shop.path}/bars.csv`, "A,2021-01-01T00:00:00Z,100,101,99,100,5\n");
    const { differences } = await explain("--fee-bps", "2", "--lambda", "0.5");
    expect(differences.map(({ field }) => field).sort()).toEqual(["input", "parameters.feeBps", "parameters.lambda"]);
    expect(await shown("--fee-bps", "2", "--lambda", "0.5")).toContain("the rows of the data are others");
    expect(await shown("--symbols", "B")).toContain("the symbols are others");
  });

  it("shows a period as times", async () => {
    await shop.atc("backtest", "bars.csv");
    expect(await shown("--from", "2020-01-03")).toContain(
      "period was none and is from 2020-01-03T00:00:00.000Z to none",
    );
  });

  it("refuses a symbol that is not there, and says if there is no cache", async () => {
    expect((await shop.atc("cache", "explain", "bars.csv", "--symbols", "C")).code).toBe(4);
    const none = await shop.atc("cache", "explain", "bars.csv", "--cache-dir", "bars.csv");
    expect([none.code, none.stdout]).toEqual([0, "the cache is not used\n"]);
  });
});
