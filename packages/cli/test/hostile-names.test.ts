import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Run, runAtc, type Workshop, workshop } from "./atc.ts";
import { hostileBars, hostileFields, hostileFile, hostileName, hostileNames } from "./hostile-market.ts";
import { errorOf } from "./shop.ts";

let shop: Workshop;
const symbols = Object.values(hostileNames);

beforeAll(async () => {
  shop = await workshop();
  await shop.install("source-arrow", "source-duckdb", "codec-lz4");
  await shop.file(hostileFile, hostileBars(90));
  await shop.file("more.csv", hostileBars(100));
  // Most symbols of these two files have a fault, a warning or a finding.
  const day = (i: number): string => new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10);
  const rows = (i: number): readonly string[] => [
    hostileFields(hostileName, day(i), i % 2 === 0 ? 0 : -1),
    hostileFields(`OK${hostileName}`, day(i), i === 10 ? 5000 : 100 + i),
  ];
  await shop.file(
    "zero.csv",
    `symbol,timestamp,close\n${Array.from({ length: 30 }, (_, i) => rows(i).join("\n")).join("\n")}\n`,
  );
  await shop.file("bad.csv", `symbol,timestamp,close\n${hostileFields(hostileName, "2021-01-01", hostileName)}\n`);
  await shop.file(
    "weights.csv",
    `timestamp,symbol,weight\n${symbols.map((name) => hostileFields("2020-01-02", name, 0.02)).join("\n")}\n`,
  );
  await shop.file(
    "members.csv",
    `symbol,from,to\n${symbols.map((name) => hostileFields(name, "2020-01-01", "2020-01-03")).join("\n")}\n`,
  );
  const name = JSON.stringify(hostileName);
  await shop.file(
    "own.mjs",
    `export default { name: ${name}, version: 1, parameters: {}, start: () => ({ decide(_, into) { into.fill(1); } }) };\n`,
  );
  await shop.file(
    "throws.mjs",
    `export default { name: "thrower", version: 1, parameters: {}, start() { throw new Error(${name}); } };\n`,
  );
  await shop.file("evil.yaml", `${name}: 1\n`);
  for (const args of [
    ["ingest", hostileFile, "--name", "d"],
    ["ingest", "zero.csv", "--name", "zero"],
    ["backtest", "d"],
    ["backtest", "d", "--fee-bps", "3"],
    ["sweep", "d", "--grid", "emaLength=20,30", "--by-symbol", "-o", "sweep.arrow"],
  ]) {
    const run = await shop.atc(...args);
    expect(run.stderr + run.stdout).not.toContain("error:");
  }
});
afterAll(() => shop[Symbol.asyncDispose]());

const controls = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** The styles that a coloured table has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a table has
const styles = /\u001b\[(?:0|1|31|33)m/g;

/** What a terminal would obey, a line that a name has made, or a name that fills the screen. */
function faults(text: string): readonly string[] {
  const words = text.split(/\s/).filter((word) => word.length > 4096);
  return [
    ...(controls.exec(text) ?? []),
    ...(text.match(/^ ?FAKE.*$/gm) ?? []),
    ...words.map((word) => `a word of ${word.length} characters`),
  ];
}

/** Every text in a JSON value, keys too. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Array.isArray(value)
    ? value.flatMap(textsOf)
    : Object.entries(value).flatMap(([key, one]) => [key, ...textsOf(one)]);
}

/** What commands print, and whether their JSON lists all symbols. Those that write have `--force`. */
const commands: readonly (readonly [line: string, hasSymbols: boolean])[] = (
  [
    ["ingest FILE --name again --reread", true],
    ["ingest zero.csv --name zero --reread"],
    ["ingest bad.csv --name bad --bad-rows skip --reread"],
    ["backtest d --metrics sharpe", true],
    ["backtest FILE --account shared", true],
    ["backtest d --explain SYMBOL@2020-01-02"],
    ["backtest zero"],
    ["backtest zero --signals weights.csv"],
    ["backtest d --signals weights.csv", true],
    ["backtest d --universe members.csv"],
    ["backtest d --strategy ./own.mjs", true],
    ["backtest d --strategy ./throws.mjs", true],
    ["signals FILE", true],
    ["signals zero"],
    ["signals d --symbols LISTED"],
    ["signals FILE --strategy ./own.mjs", true],
    ["signals d --all-bars -o signals-{symbol}.csv --force"],
    ["sweep FILE --grid emaLength=20,30 --no-validate"],
    ["sweep d --grid emaLength=20,30 --dry-run"],
    ["sweep zero --grid emaLength=5,6 --no-validate"],
    ["sweep show sweep.arrow"],
    ["validate sweep.arrow"],
    ["validate zero"],
    ["walk-forward FILE --windows 2 --grid emaLength=20,30"],
    ["walk-forward zero --windows 2 --grid emaLength=5,6"],
    ["walk-forward d --windows 2 --grid emaLength=20,30 --dry-run"],
    ["check data zero"],
    ["check lookahead FILE --cuts 2", true],
    ["check lookahead d --strategy ./throws.mjs --cuts 2"],
    ["check warmup d --shifts 10", true],
    ["runs list"],
    ["runs show latest"],
    ["runs compare latest latest"],
    ["runs diff latest"],
    ["runs verify latest"],
    ["runs export latest"],
    ["runs impact d"],
    ["data list"],
    ["data info d", true],
    ["data info zero"],
    ["data verify d zero"],
    ["data resample d --to 1d --name days --reread"],
    ["data append again more.csv"],
    ["data export d -o out.csv --force"],
    ["data sources"],
    ["cache warm d"],
    ["cache list"],
    ["cache explain zero --fee-bps 3"],
    ["cache stats"],
    ["doctor"],
    ["config --signals FILE"],
    ["completion bash"],
  ] as readonly (readonly [string, true?])[]
).map(([line, hasSymbols = false]) => [line, hasSymbols]);

/** Commands that refuse a name, and say it. */
const refusals: readonly string[] = [
  "backtest NAME",
  "backtest d --symbols NAME",
  "backtest d --name NAME",
  "backtest d --strategy NAME",
  "backtest d --explain NAME@2020-01-02",
  "backtest d --config evil.yaml",
  "backtest d --trades NAME",
  "backtest d --metrics NAME",
  "backtest d --NAME",
  "config --config evil.yaml",
  "doctor --config evil.yaml",
  "ingest bad.csv --name refused",
  "ingest more.csv --name NAME",
  "ingest more.csv --columns close=NAME",
  "ingest more.csv --source NAME",
  "signals d --min-signal NAME",
  "signals d --symbols NAME",
  "sweep d --grid NAME=1",
  "sweep d --grid emaLength=NAME",
  "sweep d --grid emaLength=20,30 --objective NAME",
  "sweep show NAME",
  "validate NAME",
  "walk-forward d --windows NAME --grid emaLength=20,30",
  "runs show NAME",
  "runs compare NAME latest",
  "runs export NAME",
  "data info xNAME",
  "data rm NAME",
  "data export d -o NAME",
  "cache explain NAME",
  "metrics NAME",
  "init strategy NAME",
  "completion NAME",
  "NAME",
];

const meant: Readonly<Record<string, string>> = {
  FILE: hostileFile,
  // In a list, a name with a comma is quoted.
  LISTED: `"${hostileNames["newline"]}"`,
  SYMBOL: hostileNames["newline"] ?? "",
  NAME: hostileName,
};
const words = (line: string): readonly string[] =>
  line.split(" ").map((word) => word.replace(/FILE|LISTED|SYMBOL|NAME/, (name) => meant[name] ?? name));

const run = (line: string, env: Record<string, string>, ...more: readonly string[]): Promise<Run> =>
  runAtc(shop.path, [...words(line), ...more], env);

describe.skipIf(process.platform === "win32")("hostile names of symbols, files and strategies", () => {
  it.each(commands)("do nothing in the output of atc %s", async (line, hasSymbols) => {
    const narrow = await run(line, { COLUMNS: "80" });
    expect(faults(narrow.stdout)).toEqual([]);
    expect(faults(narrow.stderr)).toEqual([]);
    // With colours, a name that has the very codes of a table shows them, too.
    const coloured = await run(line, { FORCE_COLOR: "1" });
    const text = coloured.stdout + coloured.stderr;
    expect(text).not.toContain("EVIL\u001b");
    expect(faults(text.replace(styles, ""))).toEqual([]);
    if (line.startsWith("completion")) return;
    const json = await run(line, {}, "--json");
    expect(controls.exec(json.stdout)).toBeNull();
    expect(controls.exec(json.stderr)).toBeNull();
    const texts = new Set(textsOf(json.stdout === "" ? [] : JSON.parse(json.stdout)));
    if (hasSymbols) expect(symbols.filter((symbol) => !texts.has(symbol))).toEqual([]);
  });

  it.each(refusals)("do nothing in the error of atc %s, whose JSON has them exactly", async (line) => {
    const { code, stdout, stderr } = await run(line, { FORCE_COLOR: "1" });
    expect(code).toBeGreaterThan(1);
    expect([...faults(stdout), ...faults(stderr.replace(styles, ""))]).toEqual([]);
    expect(stderr).not.toContain("EVIL\u001b");
    const json = await run(line, {}, "--json");
    expect(controls.exec(json.stderr)).toBeNull();
    expect(errorOf(json).code).toMatch(/^ATC_/);
  });

  it("do nothing in a report", async () => {
    const args = ["backtest", hostileFile, "--strategy", "./own.mjs", "--report", "report.html", "--force"];
    expect((await shop.atc(...args)).code).toBe(0);
    const page = await readFile(join(shop.path, "report.html"), "utf8");
    expect(page.match(/<script/g)).toHaveLength(3);
    const markup = page.replace(/<(script|style)[\s\S]*?<\/\1>/g, "");
    expect(markup).not.toMatch(/<img|<script|<b>=|<!--/);
    expect(markup).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(markup).toContain("EVILU+001B[31mU+009B2JU+000AFAKEU+202E&lt;b&gt;=cmd()");
    expect(markup).not.toContain("x".repeat(301));
  });
});

/** The rows of a CSV by RFC 4180. */
function rowsOf(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

describe.skipIf(process.platform === "win32")("hostile names of symbols in files", () => {
  it.each(["csv", "arrow", "parquet"])("are exact in %s, which is read back to the same symbols", async (ending) => {
    const file = `bars.${ending}`;
    expect((await shop.atc("data", "export", "d", "-o", file, "--force")).code).toBe(0);
    expect((await shop.atc("ingest", file, "--name", `from-${ending}`)).code).toBe(0);
    const info = await shop.atc("data", "info", `from-${ending}`, "--json");
    const { report } = info.json<{ report: { series: readonly { symbol: string }[] } }>();
    expect(sorted(report.series.map(({ symbol }) => symbol))).toEqual(sorted(symbols));
  });

  it("are exact in trades, fills, equity and signals as CSV", async () => {
    const files = ["trades", "fills", "equity"].flatMap((kind) => [`--${kind}`, `${kind}.csv`]);
    expect((await shop.atc("backtest", "d", ...files, "--force")).code).toBe(0);
    expect((await shop.atc("signals", "d", "--all-bars", "-o", "signals.csv", "--force")).code).toBe(0);
    for (const name of ["trades", "fills", "equity", "signals"]) {
      const [head = [], ...rows] = rowsOf(await readFile(join(shop.path, `${name}.csv`), "utf8"));
      expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([head.length]));
      const found = sorted(rows.map((row) => row[head.indexOf("symbol")] ?? ""));
      expect(found).toEqual(
        name === "trades" || name === "fills" ? expect.arrayContaining(["=cmd()"]) : sorted(symbols),
      );
    }
  });
});
