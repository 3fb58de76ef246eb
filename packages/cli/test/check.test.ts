import { describe, expect, it } from "vitest";
import { exitCodes } from "../src/process/exit-code.ts";
import { runAtc, sharedFile } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const strategyOf = (body: string): string =>
  `export default { name: "odd", start(symbol) { let bars = 0; return { decide({ close }, directions) { ${body} } }; } };\n`;

async function writeProject(body: string): Promise<void> {
  const rows = ["AAA", "BBB"].flatMap((symbol, s) =>
    Array.from({ length: 300 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
      const price = (bar: number): string => (100 + 9 * Math.sin((bar + 30 * s) / 7)).toFixed(3);
      return `${symbol},${day},${price(i - 1)},${price(i)}`;
    }),
  );
  await shop.file("bars.csv", `symbol,date,open,close\n${rows.join("\n")}\n`);
  await shop.file("odd.js", strategyOf(body));
}

const counting = "for (let i = 0; i < close.length; i++) directions[i] = bars++ % 2;";

it.each([
  ["lookahead", counting],
  ["lookahead", "directions.fill(close.length % 2);"],
  ["warmup", counting],
])("atc check %s fits a terminal of 80 columns", async (check, body) => {
  await writeProject(body);
  const args = [
    "check",
    check,
    "bars.csv",
    "--strategy",
    "./odd.js",
    ...(check === "warmup" ? ["--shifts", "50"] : []),
  ];
  const { stdout } = await runAtc(shop.path, args, { COLUMNS: "80" });
  expect(stdout.split("\n").length).toBeGreaterThan(2);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

describe("atc check lookahead", () => {
  it("is silent about a strategy that does not look ahead", async () => {
    await writeProject(counting);
    const run = await shop.atc("check", "lookahead", "bars.csv", "--strategy", "./odd.js");
    expect(run).toMatchObject({ code: exitCodes.ok, stderr: "" });
    expect(run.stdout).toMatch(
      /^odd: no decision depends on later bars \(2 symbols, 600 bars, data that ends at \d+ rows\)\n$/,
    );
  });

  it("shows the first decision that changes of each symbol, and what to look for", async () => {
    await writeProject("for (let i = 0; i < close.length; i++) directions[i] = close[i + 1] > close[i] ? 1 : -1;");
    const run = await shop.atc("check", "lookahead", "bars.csv", "--strategy", "./odd.js");
    expect(run.code).toBe(exitCodes.found);
    expect(run.stdout).toMatch(/^odd: decisions change for 2 of 2 symbols, 600 bars, data that ends at /);
    expect(run.stdout).toMatch(/^AAA +ahead +2024-01-01 +long +2024-01-01 +short$/m);
    expect(run.stdout).toContain("ahead: the decision reads bars after its own");
    expect(run.stdout).not.toContain("blocks:");
    const json = await shop.atc(
      "check",
      "lookahead",
      "bars.csv",
      "--strategy",
      "./odd.js",
      "--json",
      "--symbols",
      "BBB",
    );
    expect(json.code).toBe(exitCodes.found);
    expect(json.json()).toMatchObject({
      strategy: "odd",
      path: "bars.csv",
      symbols: [{ symbol: "BBB", bars: 300, first: { cause: "ahead", whole: { direction: 1 } } }],
      skipped: [],
    });
  });

  it("separates a finding from data that cannot be checked, and from wrong options", async () => {
    await writeProject('throw new Error("no");');
    const failed = await shop.atc("check", "lookahead", "bars.csv", "--strategy", "./odd.js");
    expect(failed.code).toBe(exitCodes.data);
    expect(failed.stdout).toBe("");
    expect(failed.stderr).toContain('AAA: the strategy "./odd.js" failed (Error: no) for symbol "AAA"');
    for (const args of [
      ["--cuts", "0"],
      ["--cuts", "few"],
      ["--seed", "-1"],
      ["--parameter", "fast=1"],
    ]) {
      const refused = await shop.atc("check", "lookahead", "bars.csv", "--strategy", "rsi", "--json", ...args);
      expect(refused.code).toBe(exitCodes.usage);
      expect(errorOf(refused).message).toContain(args[1] === "fast=1" ? "fast" : args[0]);
    }
  });
});

describe("atc check warmup", () => {
  it("prints 0 for cross beyond its longest average", async () => {
    await writeProject("");
    const options = ["--strategy", "cross", "--parameter", "fast=5", "--parameter", "slow=20", "--shifts", "20,100"];
    const run = await shop.atc("check", "warmup", "bars.csv", ...options);
    expect(run).toMatchObject({ code: exitCodes.ok, stderr: "" });
    expect(run.stdout).toMatch(
      /^cross: share of later directions that change if the data starts later \(2 symbols, 600 bars\)$/m,
    );
    expect(run.stdout).toMatch(/^ +20 +2 +560 +\d+\.\d\d % +0 % +0 % +1\d$/m);
    expect(run.stdout).toMatch(/^ +100 +2 +400 +\d+\.\d\d % +0 % +0 % +1\d$/m);
  });

  it("counts each direction that changes", async () => {
    await writeProject(counting);
    const args = ["check", "warmup", "bars.csv", "--strategy", "./odd.js", "--shifts", "99,100,1000"];
    const { stdout } = await shop.atc(...args);
    expect(stdout).toMatch(/^ +99 +2 +402 +100\.00 % +100\.00 % +100\.00 % +- +201$/m);
    expect(stdout).toMatch(/^ +100 +2 +400 +0 % +0 % +0 % +- +0$/m);
    const json = (await shop.atc(...args, "--json")).json<{ symbols: { shifts: { changed: number }[] }[] }>();
    expect(json.symbols.map(({ shifts }) => shifts.map(({ changed }) => changed))).toEqual([
      [201, 0],
      [201, 0],
    ]);
  });

  it("says if no symbol is long enough, and refuses other shifts", async () => {
    await writeProject("");
    expect((await shop.atc("check", "warmup", "bars.csv", "--shifts", "500")).stdout).toContain("give smaller ones");
    expect((await shop.atc("check", "warmup", "bars.csv", "--shifts", "10,0")).code).toBe(exitCodes.usage);
  });
});

describe("atc check data", () => {
  it("ends with 0 only if nothing is found", async () => {
    await writeProject("");
    const sound = await shop.atc("check", "data", "bars.csv");
    expect(sound).toMatchObject({ code: exitCodes.ok, stderr: "" });
    expect(sound.stdout).toBe("bars.csv: nothing found that distorts a backtest (2 symbols, 600 rows)\n");
    const rows = Array.from({ length: 100 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
      const price = (100 + (i % 7)) / (i < 50 ? 1 : 2);
      return `${day},${price},${price}`;
    });
    await shop.file("split.csv", `date,open,close\n${rows.join("\n")}\n`);
    const split = await shop.atc("check", "data", "split.csv", "--name", "split");
    expect(split.code).toBe(exitCodes.found);
    expect(split.stdout).toMatch(/^split\.csv: 1 finding \(1 symbol, 100 rows\)\n- 1 jump looks like a split/);
    expect(split.stderr).toContain("atc data info split lists the places");
    const json = await shop.atc("check", "data", "split", "--json");
    expect(json.code).toBe(exitCodes.found);
    expect(json.json()).toMatchObject({ dataset: "split", findings: [{ kind: "splits", count: 1 }] });
  });

  it("ends with the code of the error for a file that does not exist", async () => {
    expect((await shop.atc("check", "data", "none.csv")).code).toBe(exitCodes.notFound);
  });
});

const files = ["spy_1d.csv", "eurusd_1h.csv"];

describe.skipIf(!sharedFile("data").present)("real market data (needs ../shared)", () => {
  it.each(files)("ATC does not look ahead in %s, and forgets its start slowly", async (name) => {
    const file = sharedFile(`data/${name}`).path;
    const ahead = await shop.atc("check", "lookahead", file);
    expect(ahead.code).toBe(exitCodes.ok);
    expect(ahead.stdout).toContain("atc: no decision depends on later bars");
    const { symbols } = (await shop.atc("check", "warmup", file, "--json")).json<{
      symbols: { shifts: { shift: number; bars: number; changed: number }[] }[];
    }>();
    const shifts = symbols[0]?.shifts ?? [];
    expect(shifts.map(({ shift }) => shift)).toEqual([250, 1_000, 4_000]);
    for (const { bars, changed } of shifts) {
      expect(changed).toBeGreaterThan(0);
      expect(changed / bars).toBeLessThan(0.2);
    }
  });
});
