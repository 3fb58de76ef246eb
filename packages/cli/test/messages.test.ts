import { describe, expect, it } from "vitest";
import { faultText } from "../src/process/fault-text.ts";
import { withFlags } from "../src/process/flag-words.ts";
import { barsCsv } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

describe("--json", () => {
  it.each([
    ["an unknown option", ["backtest", "x.csv", "--bogus"]],
    ["an unknown option with a value", ["backtest", "x.csv", "--bogus=1"]],
    ["an unknown option of the program", ["--bogus"]],
    ["an unknown command", ["bogus"]],
    ["an unknown subcommand", ["data", "bogus"]],
    ["no subcommand", ["data"]],
    ["help of an unknown command", ["help", "bogus"]],
    ["a missing argument", ["data", "info"]],
    ["a missing option", ["data", "export", "x"]],
    ["too many arguments", ["data", "info", "a", "b"]],
    ["a boolean key with a value", ["config", "--use-compression=maybe"]],
    ["an invalid key", ["config", "--fee-bps", "x"]],
    ["a file that is not there", ["backtest", "x.csv"]],
  ])("gives one JSON object for %s", async (_, args) => {
    const run = await shop.atc(...args, "--json");
    expect(run.stdout).toBe("");
    const lines = run.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    const { code, message } = errorOf(run);
    expect(code).toMatch(/^ATC_/);
    expect(message).not.toMatch(/^error|\n/);
    expect(run.code).toBeGreaterThan(1);
  });

  it("gives one for a bug, too", () => {
    const text = faultText(new TypeError("x is undefined\nsecond"), { json: true, env: {} });
    expect(JSON.parse(text)).toMatchObject({
      error: { code: "ATC_BUG", message: expect.stringContaining("report it") },
    });
  });
});

describe("--json before the command", () => {
  it("is said to be in its place", async () => {
    const run = await shop.atc("--json", "backtest", "bars.csv");
    expect([run.code, errorOf(run).message]).toEqual([
      2,
      expect.stringMatching(/^no command is named before --json; the commands are demo, ingest, backtest,/),
    ]);
  });
});

describe("a limit of memory that is too small", () => {
  it("is named by its flag", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 30));
    const run = await shop.atc("ingest", "bars.csv", "--memory", "1KB");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('error: --memory is "1000"');
  });
});

describe("an unknown name", () => {
  it.each([
    ["backtest x --symbls A", "--symbols"],
    ["backtest x --fee-bsp 2", "--fee-bps"],
    ["data info --jsn", "--json"],
  ])("in atc %s suggests the near one", async (line, flag) => {
    expect((await shop.atc(...line.split(" "))).stderr).toContain(`did you mean ${flag}?`);
  });

  it.each([
    ["--stop", "--stop-loss or --trailing-stop"],
    ["--slippage", "--slippage-bps or --slippage-range"],
    ["--leverage", "--max-leverage"],
  ])("suggests options with the word of %s", async (flag, meant) => {
    expect((await shop.atc("backtest", "x", flag, "1")).stderr).toContain(`did you mean ${meant}?`);
  });

  it("suggests nothing that is not near", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 30));
    for (const name of ["q1", "dd"]) await shop.atc("ingest", "bars.csv", "--name", name);
    for (const args of [
      ["backtest", "-"],
      ["backtest", "us"],
      ["backtest", "bars.csv", "--zz"],
      ["ingest", await shop.file("de.csv", "Tag;Tief;Kurs\n2024-01-02;1;2\n")],
    ]) {
      const run = await shop.atc(...args);
      expect(run.code).not.toBe(0);
      expect(run.stderr).not.toMatch(/did you mean|meant as/);
    }
  });
});

describe("options in messages", () => {
  it.each([
    ["name them with the option columns (--columns close=NAME)", "name them with --columns close=NAME"],
    ["name another with the option columns", "name another with --columns"],
    ['leave out such rows with badRows "skip" (--bad-rows skip)', "leave out such rows with --bad-rows skip"],
    ['or set invalidPrices to "skip" to leave', "or use --invalid-prices skip to leave"],
    ['give dateOrder "dmy" or "mdy" for', "give --source-option dateOrder=dmy or --source-option dateOrder=mdy for"],
    ["let the ingest use more memory (memoryBytes)", "let the ingest use more memory (--memory)"],
    ["name one with the option rowsAt", "name one with --source-option rowsAt=..."],
    ["remove the option timeZone", "remove --time-zone"],
    ["give the option kind", "give --source-option kind=..."],
    ['the symbol "the option"', 'the symbol "the option"'],
    ['"mySymbol" has 3 rows', '"mySymbol" has 3 rows'],
  ])("%s", (message, wanted) => {
    expect(withFlags(message)).toBe(wanted);
  });

  it("are flags that work when pasted", async () => {
    const lines = barsCsv(["A"], 60).split("\n");
    const [head = "", ...rows] = lines;
    const bad = rows[30]?.replace(/,[^,]+,([^,]+)$/, ",-1,$1") ?? "";
    await shop.file("bars.csv", [head, ...rows.with(30, bad)].join("\n"));
    const { stdout } = await shop.atc("backtest", "bars.csv");
    const flag = /--invalid-prices skip/.exec(stdout)?.[0] ?? "";
    expect((await shop.atc("backtest", "bars.csv", ...flag.split(" "))).code).toBe(0);
  });
});
