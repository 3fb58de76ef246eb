import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

/** The JSON in the data block of a page: the first member of a zip archive. */
function blockOf(page: string): Record<string, never> {
  const bytes = Buffer.from(/id="atc-data">([^<]*)/.exec(page)?.[1] ?? "", "base64");
  const start = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  return JSON.parse(inflateRawSync(bytes.subarray(start)).toString()) as Record<string, never>;
}

const pageOf = (name: string): Promise<string> => readFile(join(shop.path, name), "utf8");

/** The text of a page without its data, code and style sheet. */
const textOf = (page: string): string =>
  page
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&gt;", ">")
    .replace(/[\u00a0\s]+/g, " ");

interface SweepJson {
  readonly best: readonly {
    readonly configuration: number;
    readonly keys: Readonly<Record<string, number>>;
    readonly objective: number;
    readonly metrics: Readonly<Record<string, number | null>>;
  }[];
  readonly map: { readonly objective: readonly (number | null)[] };
  readonly validation: {
    readonly sentence: string;
    readonly deflated: { readonly deflatedSharpe: number };
    readonly overfitting: { readonly pbo: number };
  };
}

/** A picture of 1200 x 630 pixels. */
async function expectCard(name: string): Promise<void> {
  const bytes = await readFile(join(shop.path, name));
  expect(bytes.toString("latin1", 1, 4)).toBe("PNG");
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
}

const grid = ["--grid", "parameters.fast=2..10:2", "--grid", "parameters.slow=12..30:6", "--strategy", "cross"];

describe("atc sweep --report", () => {
  it("writes the backtest of the best configuration, with the figures of the JSON, and the verdict first", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 400));
    const run = await shop.atc(
      "sweep",
      "bars.csv",
      ...grid,
      "--fee-bps",
      "5",
      "--report",
      "sweep.html",
      "--json",
      "--png",
      "sweep.png",
    );
    expect(run.code).toBe(0);
    await expectCard("sweep.png");
    const { best, map, validation } = run.json<SweepJson>();
    const [winner] = best;
    const page = await pageOf("sweep.html");
    for (const { configuration, objective, metrics, keys } of best) {
      expect(page).toContain(`<td>${configuration}</td>`);
      for (const value of [objective, ...Object.values(metrics), ...Object.values(keys)])
        expect(page).toContain(`data-value="${value}"`);
    }
    const cells = [...page.matchAll(/<td class="[pn\d ow]*" data-value="([^"]*)">/g)].map(([, value]) => value);
    expect(cells).toEqual(map.objective.map(String));
    expect(page).toContain(`data-figure="deflated.deflatedSharpe" data-value="${validation.deflated.deflatedSharpe}"`);
    expect(page).toContain(`data-figure="overfitting.pbo" data-value="${validation.overfitting.pbo}"`);
    const text = textOf(page);
    const sentence = validation.sentence.slice(1);
    expect(text.indexOf(sentence)).toBeGreaterThan(0);
    expect(text.indexOf(sentence)).toBeLessThan(text.indexOf("after costs"));
    // The page is that of a backtest with the best configuration.
    const options = Object.entries(winner?.keys ?? {}).flatMap(([key, value]) => [
      "--parameter",
      `${key.replace("parameters.", "")}=${value}`,
    ]);
    const own = await shop.atc("backtest", "bars.csv", "--strategy", "cross", "--fee-bps", "5", "--json", ...options);
    const { portfolio } = own.json<{ portfolio: Record<string, unknown> }>();
    for (const name of ["totalReturn", "sharpe", "trades", "calmar", "maxDrawdown"])
      expect(page).toContain(`data-metric="${name}" data-value="${String(portfolio[name])}"`);
    expect(portfolio["sharpe"]).toBe(winner?.objective);
    const block = blockOf(page);
    expect(block["sweep"]).toMatchObject({ ranked: 20, evaluations: 20, lines: { best: 20, drawn: 0 } });
    expect(page).toContain("atc sweep bars.csv --grid parameters.fast=2..10:2");
    expect(page).not.toContain(shop.path);
  });

  it("has a map of each pair of three axes, the one of --map first, and the same page from the cache", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const all = [...grid, "--grid", "feeBps=0,5,10", "--map", "feeBps,parameters.slow", "--report"];
    expect((await shop.atc("sweep", "bars.csv", ...all, "first.html")).code).toBe(0);
    expect((await shop.atc("sweep", "bars.csv", ...all, "second.html", "--threads", "2")).code).toBe(0);
    const [first, second] = [await pageOf("first.html"), await pageOf("second.html")];
    const { sweep } = blockOf(first) as unknown as {
      sweep: { maps: { columnAxis: number; rowAxis: number; figures: number[][] }[] };
    };
    expect(sweep.maps.map(({ columnAxis, rowAxis }) => [columnAxis, rowAxis])).toEqual([
      [2, 1],
      [1, 0],
      [2, 0],
    ]);
    expect(blockOf(second)["sweep"]).toEqual(sweep);
  });

  it("is of the same symbols and period as the sweep", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 300));
    const run = await shop.atc(
      "sweep",
      "bars.csv",
      ...grid,
      "--symbols",
      "A",
      "--from",
      "2020-01-03",
      "--json",
      "--report",
      "s.html",
    );
    const { best } = run.json<SweepJson>();
    const page = await pageOf("s.html");
    expect(page).toContain(`data-metric="totalReturn" data-value="${best[0]?.metrics["totalReturn"]}"`);
    expect(textOf(page)).toContain("1 symbol ");
  });

  it("is not written if no configuration has a place, and says so", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const run = await shop.atc("sweep", "bars.csv", ...grid, "--require", "trades > 1000000", "--report", "none.html");
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain("no report is written, because no configuration has a place");
    await expect(stat(join(shop.path, "none.html"))).rejects.toThrow();
  });

  it("refuses another ending, a file that exists, and --open alone, before any work", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 50));
    await shop.file("mine.html", "mine");
    const at = async (...more: string[]): Promise<string> => {
      const run = await shop.atc("sweep", "bars.csv", ...grid, "--json", ...more);
      expect(run.code).toBe(2);
      return String(errorOf(run).message);
    };
    expect(await at("--report", "x.json")).toContain("ends in .html");
    expect(await at("--report", "mine.html")).toContain("--force");
    expect(await at("--open")).toContain("ends in .html");
    expect(await at("--png", "card.png")).toContain("ends in .html");
    expect(await at("--report", "x.html", "--png", "card.jpg")).toContain("end its name in .png");
    expect(await at("--report", "x.html", "--png", "mine.html")).toContain("end its name in .png");
    await shop.file("mine.png", "mine");
    expect(await at("--report", "x.html", "--png", "mine.png")).toContain("--force");
    expect(await pageOf("mine.html")).toBe("mine");
  });
});

describe("atc walk-forward --report", () => {
  it("writes the account over all tests with the windows of the JSON", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 500));
    const run = await shop.atc(
      "walk-forward",
      "bars.csv",
      ...grid,
      "--train",
      "200",
      "--test",
      "100",
      "--json",
      "--report",
      "walk.html",
      "--png",
      "walk.png",
    );
    expect(run.code).toBe(0);
    await expectCard("walk.png");
    const json = run.json<{
      windows: {
        choice: { objective: { train: number; test: number }; test: Record<string, number> } | null;
        efficiency: number | null;
      }[];
      outOfSample: { account: Record<string, unknown> };
      efficiency: number;
      consistency: number;
      monteCarlo: Record<string, unknown>;
      summary: string;
    }>();
    const page = await pageOf("walk.html");
    expect(json.windows).toHaveLength(3);
    for (const { choice, efficiency } of json.windows)
      for (const value of [
        choice?.objective.train,
        choice?.objective.test,
        ...Object.values(choice?.test ?? {}),
        efficiency,
      ])
        expect(page).toContain(`data-value="${String(value)}"`);
    for (const name of ["totalReturn", "sharpe", "maxDrawdown", "trades"])
      expect(page).toContain(`data-metric="${name}" data-value="${String(json.outOfSample.account[name])}"`);
    expect(page).toContain(`data-figure="efficiency" data-value="${json.efficiency}"`);
    expect(page).toContain(`data-figure="consistency" data-value="${json.consistency}"`);
    const text = textOf(page);
    expect(text.indexOf(json.summary)).toBeGreaterThan(0);
    expect(text.indexOf(json.summary)).toBeLessThan(text.indexOf("after costs"));
    const block = blockOf(page) as unknown as {
      walkForward: { monteCarlo: { samples: number; actual: number } };
      n: number;
    };
    expect(block.walkForward.monteCarlo).toMatchObject({
      samples: 1000,
      seed: json.monteCarlo["seed"],
      block: json.monteCarlo["block"],
      probabilityOfLoss: json.monteCarlo["probabilityOfLoss"],
      actual: json.outOfSample.account["totalReturn"],
    });
    for (const name of ["totalReturn", "cagr", "sharpe", "maxDrawdown"] as const)
      for (const value of json.monteCarlo[name] as readonly number[]) expect(page).toContain(`data-value="${value}"`);
    // The samples themselves are not JSON.
    expect(json.monteCarlo).not.toHaveProperty("returns");
    // The tests, and the last close before the first.
    expect(block.n).toBe(301);
    expect(page).not.toContain(shop.path);
  });

  it("is written if choices differ in keys of the account, without an account", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 400));
    const run = await shop.atc(
      "walk-forward",
      "bars.csv",
      ...grid,
      "--grid",
      "feeBps=0,50,100",
      "--objective",
      "-trades",
      "--train",
      "150",
      "--test",
      "100",
      "--json",
      "--report",
      "walk.html",
    );
    expect(run.code).toBe(0);
    const { outOfSample } = run.json<{ outOfSample: { account: unknown; because?: string } }>();
    const text = textOf(await pageOf("walk.html"));
    if (outOfSample.account === null) {
      expect(text).toContain("There is no account over all tests.");
      expect(text).toContain(outOfSample.because);
    } else expect(text).toContain("after costs");
  });
});

describe("atc validate --report", () => {
  it("writes the backtest with the tests of the JSON", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 400));
    const run = await shop.atc(
      "validate",
      "bars.csv",
      "--strategy",
      "cross",
      "--fee-bps",
      "5",
      "--samples",
      "200",
      "--seed",
      "4",
      "--json",
      "--report",
      "luck.html",
      "--png",
      "luck.png",
    );
    expect(run.code).toBe(0);
    await expectCard("luck.png");
    const { tests, verdict, portfolio } = run.json<{
      tests: {
        bootstrap: Record<string, readonly number[]>;
        randomEntry: Record<string, readonly number[]>;
        costs: { totalReturn: readonly number[] };
      };
      verdict: { sentence: string };
      portfolio: Record<string, unknown>;
    }>();
    // The samples themselves are not JSON.
    expect(tests.bootstrap).not.toHaveProperty("returns");
    expect(tests.randomEntry).not.toHaveProperty("returns");
    const page = await pageOf("luck.html");
    for (const value of [
      ...(tests.bootstrap["totalReturn"] ?? []),
      ...(tests.bootstrap["maxDrawdown"] ?? []),
      ...(tests.randomEntry["quantiles"] ?? []),
      ...tests.costs.totalReturn,
    ])
      expect(page).toContain(`data-value="${value}"`);
    expect(page).toContain(`data-metric="totalReturn" data-value="${String(portfolio["totalReturn"])}"`);
    const text = textOf(page);
    expect(text.indexOf(verdict.sentence.slice(1))).toBeLessThan(text.indexOf("after costs"));
    const { luck } = blockOf(page) as unknown as {
      luck: { samples: number; tests: { name: string; sampled?: { returns?: { counts: readonly number[] } } }[] };
    };
    expect(luck.tests.map(({ name }) => name)).toEqual(["randomEntry", "bootstrap", "costs", "trades"]);
    for (const { sampled } of luck.tests.slice(0, 2))
      expect(sampled?.returns?.counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  });
});

describe("atc validate TABLE --report", () => {
  /** The texts of the data block that a search has. */
  const sweepOf = (page: string): object => blockOf(page)["sweep"] as unknown as object;
  const swept = async (...more: string[]) =>
    await shop.atc("sweep", "bars.csv", ...grid, "--fee-bps", "5", "--report", "sweep.html", "--force", ...more);

  it("writes the page that the sweep of the table writes, with the figures of the JSON", async () => {
    await shop.file("bars.csv", barsCsv(["A", "B"], 400));
    const table = "table.csv";
    const run = await swept("--symbols", "B", "--from", "2020-01-03", "-o", table);
    expect(run.code).toBe(0);
    const again = await shop.atc("validate", table, "--report", `${table}.html`, "--json", "--png", "table.png");
    expect(again.code).toBe(0);
    await expectCard("table.png");
    const [own, judged] = [await pageOf("sweep.html"), await pageOf(`${table}.html`)];
    expect(sweepOf(judged)).toEqual(sweepOf(own));
    expect(blockOf(judged)["result"]).toMatchObject({
      portfolio: (blockOf(own)["result"] as unknown as { portfolio: object }).portfolio,
    });
    const { best, validation } = again.json<{
      best: { objective: number; keys: Record<string, number> };
      validation: SweepJson["validation"];
    }>();
    for (const value of [best.objective, ...Object.values(best.keys)])
      expect(judged).toContain(`data-value="${value}"`);
    expect(judged).toContain(`data-figure="overfitting.pbo" data-value="${validation.overfitting.pbo}"`);
    expect(textOf(judged)).toContain(`atc validate ${table} --report ${table}.html --json --png table.png`);
    expect(judged).not.toContain(shop.path);
    expect((await shop.atc("report", "-o", "latest.html")).code).toBe(0);
    expect(await pageOf("latest.html")).toBe(judged);
  });

  it("has what cross-validation finds", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 400));
    expect((await swept("-o", "table.arrow")).code).toBe(0);
    const run = await shop.atc(
      "validate",
      "table.arrow",
      "--folds",
      "4",
      "--paths",
      "6,2",
      "--report",
      "crossed.html",
      "--json",
    );
    const { folds, paths, barsPerYear } = run.json<{
      folds: { sharpePerBar: number; totalReturn: number };
      paths: { meanSharpePerBar: number; minSharpePerBar: number; paths: { totalReturn: number }[] };
      barsPerYear: number;
    }>();
    const page = await pageOf("crossed.html");
    const figures = {
      "folds.sharpe": folds.sharpePerBar * Math.sqrt(barsPerYear),
      "folds.totalReturn": folds.totalReturn,
      "paths.meanSharpe": paths.meanSharpePerBar * Math.sqrt(barsPerYear),
      "paths.minSharpe": paths.minSharpePerBar * Math.sqrt(barsPerYear),
      "paths.losing": paths.paths.filter(({ totalReturn }) => totalReturn < 0).length,
    };
    for (const [name, value] of Object.entries(figures))
      expect(page).toContain(`data-figure="${name}" data-value="${value}"`);
    expect(textOf(page)).toContain("of 5 paths out of sample, from 15 splits");
  });

  it("is not written if no configuration has a place, nor over the table or a file that exists", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    await shop.file("mine.html", "mine");
    const all = ["sweep", "bars.csv", ...grid, "--no-validate", "-o"];
    expect((await shop.atc(...all, "none.arrow", "--require", "trades > 1000000")).code).not.toBe(0);
    const run = await shop.atc("validate", "none.arrow", "--report", "none.html");
    expect(run.stderr).toContain("no report is written, because no configuration has a place");
    await expect(stat(join(shop.path, "none.html"))).rejects.toThrow();
    const refused = async (...more: string[]): Promise<string> => {
      const one = await shop.atc("validate", "none.arrow", "--json", ...more);
      expect(one.code).toBe(2);
      return String(errorOf(one).message);
    };
    expect(await refused("--report", "mine.html")).toContain("--force");
    expect(await refused("--report", "none.arrow")).toContain("ends in .html");
    expect(await pageOf("mine.html")).toBe("mine");
  });
});
