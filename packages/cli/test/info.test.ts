import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sparkline } from "../src/text/sparkline.ts";
import { barsCsv, sharedFile } from "./atc.ts";
import { shop } from "./shop.ts";

interface Info {
  readonly history: readonly Record<string, unknown>[];
  readonly closes: Record<string, number[]>;
  readonly report: { readonly series: readonly Record<string, unknown>[]; readonly totals: object };
}

describe("sparkline", () => {
  it("runs from the lowest to the highest", () => {
    expect(sparkline([1, 2, 3, 8])).toBe("▁▂▃█");
    expect(sparkline([5, 5])).toBe("▄▄");
    expect(sparkline([1, Number.NaN, 2])).toBe("▁ █");
    expect(sparkline([])).toBe("");
  });
});

describe("atc data info", () => {
  it("reports the rows of a dataset that was appended to as if read at once", async () => {
    const lines = barsCsv(["A", "B"], 400).trimEnd().split("\n");
    const [head = ""] = lines;
    const odd = "A,2020-03-01T00:00:00Z,1,0.5,1,1,0";
    await shop.file("first.csv", lines.slice(0, 301).join("\n"));
    await shop.file("second.csv", [head, ...lines.slice(301), odd].join("\n"));
    await shop.file("all.csv", [...lines, odd].join("\n"));
    await shop.atc("ingest", "first.csv", "--name", "parts");
    await shop.atc("data", "append", "parts", "second.csv");
    await shop.atc("ingest", "all.csv", "--name", "all");
    const parts = (await shop.atc("data", "info", "parts", "--json")).json<Info>();
    const all = (await shop.atc("data", "info", "all", "--json")).json<Info>();
    expect(parts.report.series).toEqual(all.report.series);
    expect(parts.report.totals).toEqual(all.report.totals);
    expect(parts.closes).toEqual(all.closes);
    expect(parts.closes["A"]).toHaveLength(24);
    expect(parts.history).toMatchObject([
      { source: expect.stringContaining("first.csv"), added: 300 },
      { source: expect.stringContaining("second.csv"), added: 501, restated: 0, overlap: "restate" },
    ]);
    const shown = (await shop.atc("data", "info", "parts")).stdout;
    expect(shown).toMatch(/appended \(restate\) .*second\.csv: 501 rows, 501 new/);
    expect(shown).toMatch(/[▁▂▃▄▅▆▇█]{24}/);
    expect(shown).toMatch(/1 gap, at times that usually have bars\n {2}A after 2020-01-17T15:00:00.000Z: 43\.4 d/);
  });

  it("refuses a dataset of a newer format, and says so in the list", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 50));
    await shop.atc("ingest", "bars.csv", "--name", "d");
    const manifest = join(shop.path, ".cache/mmap/d/manifest.json");
    const text = await readFile(manifest, "utf8");
    await shop.file(".cache/mmap/d/manifest.json", text.replace(/"formatVersion": ?\d+/, '"formatVersion":99'));
    for (const args of [
      ["info", "d"],
      ["append", "d", "bars.csv"],
      ["export", "d", "-o", "-"],
      ["verify", "d"],
    ]) {
      const run = await shop.atc("data", ...args, "--json");
      expect(run.stderr).toContain("ATC_UNSUPPORTED");
    }
    expect((await shop.atc("data", "resample", "d", "--to", "1d", "--json")).stderr).toContain("ATC_UNSUPPORTED");
    expect((await shop.atc("data", "list")).stdout).toContain("damaged");
  });
});

describe.skipIf(!sharedFile("data").present)("the oddities of real data (needs ../shared)", () => {
  it.each([
    ["spy_1d.csv", [/2001-09-10/]],
    ["eurusd_1h.csv", [/28 gaps/, /74,439 rows with volume 0/, /6\.3 d/]],
    ["us_stocks_1d_50sym.csv", [/NKE 2015-12-24.*2:1 split/, /MS 2017-02-14.*reverts within five rows/]],
    ["ibm_trades_tick.csv", [/7,274 rows share symbol and time/, /of them with the same values/, /all kept/]],
    ["odd/Coinbase_BTCUSD_1h.csv", [/newest first, 5 steps out of that order/, /28 rows with volume 0/]],
    ["odd/2006-01-02-volume-min-001.txt", [/660 gaps/, /5,736 bars with four equal prices/]],
    ["odd/6EH4.XCME_1min_bars_20240101_20240131.csv.gz", [/316 gaps/]],
    ["odd/pystock-20160104-prices.csv.gz", [/2 rows share symbol and time/, /newest first/]],
  ])("of %s are shown", async (name, oddities) => {
    await shop.atc("ingest", sharedFile(`data/${name}`).path, "--name", "d");
    const { stdout } = await shop.atc("data", "info", "d");
    for (const oddity of oddities) expect(stdout).toMatch(oddity);
  });

  it("are found by reading the rows as by the ingest", async () => {
    const name = "us_stocks_1d_50sym.csv";
    const lines = readFileSync(sharedFile(`data/${name}`).path, "utf8")
      .trimEnd()
      .split("\n");
    await shop.file("first.csv", lines.slice(0, 12_801).join("\n"));
    await shop.file("second.csv", [lines[0], ...lines.slice(12_801)].join("\n"));
    await shop.atc("ingest", "first.csv", "--name", "parts");
    await shop.atc("data", "append", "parts", "second.csv");
    await shop.atc("ingest", sharedFile(`data/${name}`).path, "--name", "all");
    const parts = (await shop.atc("data", "info", "parts", "--json")).json<Info>();
    const all = (await shop.atc("data", "info", "all", "--json")).json<Info>();
    expect(parts.report.series).toEqual(all.report.series);
  });
});
