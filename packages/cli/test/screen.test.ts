import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { main } from "../src/index.ts";
import { continued } from "../src/process/continued.ts";
import { plainScreen, screenOf, shownText } from "../src/text/screen.ts";
import { textTable } from "../src/text/text-table.ts";
import { barsCsv, runAtc } from "./atc.ts";
import { shop } from "./shop.ts";

const controlStart = "\u001b";
/** Removes colours. */
const plain = (text: string): string => text.replaceAll(new RegExp(`${controlStart}\\[\\d+m`, "g"), "");

describe("atc backtest of 50 symbols", () => {
  const symbols = Array.from({ length: 50 }, (_, i) => `S${String(i + 1).padStart(2, "0")}`);

  it.each([80, 120, 200])("fits %i columns, with and without colour", async (columns) => {
    await shop.file("bars.csv", barsCsv(symbols, 400));
    const run = (env: Record<string, string>) =>
      runAtc(shop.path, ["backtest", "bars.csv"], { COLUMNS: String(columns), ...env });
    const bare = await run({ NO_COLOR: "1" });
    const colored = await run({ FORCE_COLOR: "1" });
    expect(Math.max(...bare.stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(bare.stdout).not.toContain(controlStart);
    expect(plain(colored.stdout)).toBe(bare.stdout);
    expect(colored.stdout).toMatch(new RegExp(`${controlStart}\\[31m-\\d+\\.\\d %${controlStart}\\[0m`));
    await expect(bare.stdout).toMatchFileSnapshot(`snapshots/backtest-${columns}.txt`);
    await expect(colored.stdout).toMatchFileSnapshot(`snapshots/backtest-${columns}-colour.txt`);
  });

  it("has its full width and no colour if the output is no terminal", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const run = await shop.atc("backtest", "bars.csv");
    expect(run.stdout).toMatch(/bars +return +before costs.* PF +fees\n/);
    expect(run.stdout).not.toContain(controlStart);
  });

  it("has neither width nor colour with --json", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const run = await runAtc(shop.path, ["backtest", "bars.csv", "--json"], { COLUMNS: "80", FORCE_COLOR: "1" });
    expect(run.json()).toHaveProperty("portfolio");
    expect(run.stdout + run.stderr).not.toContain(controlStart);
  });

  it("takes the width of the terminal", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 300));
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 90 });
    const pieces: string[] = [];
    stdout.on("data", (piece: Buffer) => pieces.push(String(piece)));
    const io = { stderr: new PassThrough().resume(), cwd: shop.path, env: {}, signal: new AbortController().signal };
    expect(await main(["backtest", "bars.csv"], { ...io, stdout })).toBe(0);
    const text = pieces.join("");
    expect(text).toContain(`${controlStart}[`);
    expect(
      Math.max(
        ...plain(text)
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(90);
  });
});

describe("colours of data", () => {
  it("are replaced though the screen shows colour", async () => {
    await shop.file("bars.csv", barsCsv([`X${controlStart}[31m`], 60));
    const env = { FORCE_COLOR: "1", COLUMNS: "100" };
    for (const args of [
      ["backtest", "bars.csv", "--name", `d`],
      ["data", "info", "d"],
      ["data", "list"],
      ["cache", "stats"],
    ]) {
      const run = await runAtc(shop.path, args, env);
      expect(run.code).toBe(0);
      expect(run.stdout).not.toContain(`X${controlStart}`);
    }
  });
});

describe("a warning", () => {
  it("is wrapped and coloured on a terminal", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await runAtc(shop.path, ["backtest", "bars.csv", "--cache-dir", "bars.csv"], {
      FORCE_COLOR: "1",
      COLUMNS: "60",
    });
    expect(run.stderr).toContain(`${controlStart}[33mwarning: `);
    const lines = plain(run.stderr).split("\n");
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
  });
});

it("a warning of several lines keeps them, each wrapped and indented", async () => {
  await shop.file("atc.yaml", "use_dask: true\nnpartitions: 3\nuse_incremental: true\nuse_cuda: true\n");
  const run = await runAtc(shop.path, ["config"], { COLUMNS: "60" });
  const [first, ...rest] = run.stderr.trimEnd().split("\n");
  expect(first).toMatch(/^warning: keys that do not do here/);
  const lines = rest.filter((line) => !line.includes("atc.yaml"));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
  const starts = lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim().split(" ")[0]);
  expect(starts).toEqual(expect.arrayContaining(["use_incremental", "use_cuda"]));
  expect(lines.some((line) => /^ {4}\S/.test(line))).toBe(true);
});

it("help, the period of a backtest and the head of data info fit a narrow screen", async () => {
  await shop.file("bars.csv", barsCsv(["A"], 60));
  for (const args of [["--help"], ["backtest", "bars.csv", "--from", "2020-01-02"], ["data", "info", "bars"]]) {
    const run = await runAtc(shop.path, args, { COLUMNS: "70" });
    const wide = run.stdout.split("\n").filter((line) => line.length > 70 && !line.includes(shop.path));
    expect(wide).toEqual([]);
  }
});

it("the list of datasets never breaks a name, and leaves out other columns", async () => {
  const name = "a-long-name-of-a-dataset-that-somebody-copies-from-the-list";
  await shop.file("bars.csv", barsCsv(["A"], 60));
  await shop.atc("ingest", "bars.csv", "--name", name);
  const run = await runAtc(shop.path, ["data", "list"], { COLUMNS: "100" });
  expect(run.stdout).toMatch(new RegExp(`^${name} `, "m"));
  expect(run.stdout).toContain("not shown at this width: size, kind");
  expect(
    Math.max(
      ...run.stdout
        .split("\n")
        .slice(1)
        .map(({ length }) => length),
    ),
  ).toBeLessThanOrEqual(100);
});

it("options of sources are wrapped under their texts", async () => {
  const run = await runAtc(shop.path, ["data", "sources"], { COLUMNS: "70" });
  expect(Math.max(...run.stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(70);
  expect(run.stdout).toMatch(/^ {2}symbolPattern {4}\S.*\n {19}\S/m);
});

it("findings of doctor are wrapped under their texts", async () => {
  const run = await runAtc(shop.path, ["doctor"], { COLUMNS: "70" });
  expect(run.stdout).toMatch(/^ok +cache bounds {3}at most 1,073,741,824 bytes in 100,000 files$/m);
  expect(run.stdout).toMatch(/^ok +plugins +\S.*\n {22}\S/m);
});

describe("screenOf", () => {
  const terminal = { isTTY: true, columns: 100 };
  it.each([
    [terminal, {}, { width: 100, color: true }],
    [terminal, { NO_COLOR: "1" }, { width: 100, color: false }],
    [terminal, { NO_COLOR: "" }, { width: 100, color: true }],
    [terminal, { TERM: "dumb" }, { width: 100, color: false }],
    [terminal, { FORCE_COLOR: "0" }, { width: 100, color: false }],
    [terminal, { COLUMNS: "70" }, { width: 70, color: true }],
    [terminal, { COLUMNS: "x" }, { width: 100, color: true }],
    [{ isTTY: true, columns: 0 }, {}, { width: undefined, color: true }],
    [{ isTTY: true, columns: 3 }, {}, { width: 40, color: true }],
    [{}, {}, plainScreen],
    [{}, { FORCE_COLOR: "1", NO_COLOR: "1", COLUMNS: "80" }, { width: 80, color: true }],
  ])("of %j with %j is %j", (stream, env: Record<string, string>, screen) => {
    expect(screenOf(stream, env)).toEqual(screen);
  });
});

describe("a text of a table", () => {
  const styled = `${controlStart}[31m-1 %${controlStart}[0m ${controlStart}[1mbold${controlStart}[0m\nline`;

  it("has the styles of tables and no other control character", () => {
    const hostile = `a${controlStart}[32mb${controlStart}[2Jc\u009bd\u202ee`;
    expect(shownText(`${styled} ${hostile}`, { color: true })).toBe(`${styled} a?[32mb?[2Jc?d?e`);
    expect(shownText(styled, { color: false })).toBe(
      plain(styled).replace("-1", "?[31m-1").replace("%", "%?[0m").replace("bold", "?[1mbold?[0m"),
    );
  });

  it("has titles without control characters, and cuts names of more than 300 characters unless they are copied", () => {
    const columns = [
      { title: `t${controlStart}[2J\n`, align: "left" },
      { title: "copied", align: "left", isWhole: true },
    ] as const;
    const [title, , row] = textTable(columns, [["x".repeat(10_000), "y".repeat(500)]]).split("\n");
    expect(title).toMatch(/^t\?\[2J\? +copied$/);
    expect(row).toBe(`${"x".repeat(299)}\u2026  ${"y".repeat(500)}`);
  });
});

describe("a message of several lines", () => {
  it("has its further lines indented, so that a name cannot pass for a message", () => {
    expect(continued('no symbol "A\nerror: B"\n  c')).toBe('no symbol "A\n  error: B"\n  c');
  });
});

describe("a table that is too wide", () => {
  const columns = [
    { title: "name", align: "left" },
    { title: "first", align: "right", fold: 2 },
    { title: "second", align: "right", fold: 1 },
    { title: "third", align: "right" },
  ] as const;
  const screen = { width: 40, color: false };

  it("leaves out columns in order and names them", () => {
    const table = textTable(columns, [["a", "1".repeat(14), "2".repeat(14), "3".repeat(14)]], screen);
    expect(table).toContain("1".repeat(14));
    expect(table).toContain("3".repeat(14));
    expect(table).not.toContain("2".repeat(14));
    expect(table).toContain("not shown at this width: second;");
  });

  it("wraps texts, and never breaks a number", () => {
    const path = "/a/very/long/path/".repeat(5);
    const table = textTable(columns, [[path, "1", "2", "3".repeat(50)]], screen);
    expect(table).toContain("3".repeat(50));
    const text = table.split("\n").map((line) => line.slice(0, 12).trim());
    expect(text.slice(2).join("")).toContain(path);
  });

  it("counts wide characters as two cells", () => {
    const table = textTable([columns[0], columns[3]], [["株".repeat(40), "1"]], screen);
    for (const line of table.split("\n")) expect(line.replaceAll("株", "xx").length).toBeLessThanOrEqual(40);
  });
});
