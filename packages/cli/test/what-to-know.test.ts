import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { barsCsv } from "./atc.ts";
import { errorOf, rowsOf, shop } from "./shop.ts";

interface Note {
  readonly kind: string;
  readonly count: number;
  readonly text: string;
}
interface Report {
  readonly notes: readonly Note[];
  readonly portfolio: { readonly totalReturn: number; readonly buyAndHold: number; readonly maxDrawdown: number };
  readonly symbols: readonly { readonly symbol: string; readonly warnings: readonly string[] }[];
}

async function fixture(name: string): Promise<void> {
  await shop.file(name, await readFile(new URL(`./fixtures/${name}`, import.meta.url)));
}

async function notesOf(...args: string[]): Promise<readonly Note[]> {
  const run = await shop.atc("backtest", ...args, "--json");
  expect(run.stderr).not.toContain("error");
  return run.json<Report>().notes;
}

const kinds = (notes: readonly Note[]): readonly (readonly [string, number])[] =>
  notes.map(({ kind, count }) => [kind, count]);

/** The lines under "What to know". */
function shown(stdout: string): readonly string[] {
  const lines = stdout.split("\n");
  const from = lines.indexOf("What to know:");
  const rest = from < 0 ? [] : lines.slice(from + 1);
  const end = rest.findIndex((line) => !line.startsWith("  "));
  return end < 0 ? rest : rest.slice(0, end);
}

/** 60 days of bars; a change may return other prices. */
type Prices = { open: number; high: number; low: number; close: number };
function daysCsv(change: (prices: Prices, day: number) => Prices = (prices) => prices): string {
  const lines = ["date,open,high,low,close,volume"];
  for (let day = 0; day < 60; day++) {
    const close = 100 + (day % 7) / 2;
    const { open, high, low, close: last } = change({ open: close, high: close + 1, low: close - 1, close }, day);
    lines.push([new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10), open, high, low, last, 10].join());
  }
  return lines.join("\n");
}

describe("prices that are wrong show in atc backtest", () => {
  it.each<[string, (prices: Prices, day: number) => Prices, readonly (readonly [string, number])[]]>([
    ["nothing", (prices) => prices, []],
    ["opens x2 on every bar", (p) => ({ ...p, open: p.open * 2 }), [["opensOutsideRange", 60]]],
    ["opens x10 on every bar", (p) => ({ ...p, open: p.open * 10 }), [["opensOutsideRange", 60]]],
    ["opens x100 on every bar", (p) => ({ ...p, open: p.open * 100 }), [["opensOutsideRange", 60]]],
    ["opens /100 on every bar", (p) => ({ ...p, open: p.open / 100 }), [["opensOutsideRange", 60]]],
    ["one open x2", (p, day) => (day === 30 ? { ...p, open: p.open * 2 } : p), [["opensOutsideRange", 1]]],
    ["high and low exchanged on every bar", (p) => ({ ...p, high: p.low, low: p.high }), [["opensOutsideRange", 60]]],
    [
      "a close x1.4 for one bar",
      (p, day) => (day === 30 ? { ...p, close: p.close * 1.4 } : p),
      [
        ["revertingJumps", 1],
        ["ohlcViolations", 1],
      ],
    ],
    [
      "all prices x1.4 for one bar",
      (p, day) => (day === 30 ? { open: p.open, high: p.high * 1.4, low: p.low, close: p.close * 1.4 } : p),
      [["revertingJumps", 1]],
    ],
    ["a missing low", (p, day) => (day === 30 ? { ...p, low: p.close + 0.5 } : p), [["opensOutsideRange", 1]]],
  ])("%s", async (_, change, wanted) => {
    await shop.file("x.csv", daysCsv(change));
    const notes = await notesOf("x.csv");
    const expected = wanted.map(([kind, count]) => [kind, count]);
    expect(kinds(notes).filter(([kind]) => kind !== "reading")).toEqual(expected);
    const { stdout } = await shop.atc("backtest", "x.csv");
    expect(stdout.includes("What to know:")).toBe(notes.length > 0);
  });

  it("names the open that is a fill, with its bar and range", async () => {
    await fixture("open-outside-range.csv");
    expect(await notesOf("open-outside-range.csv")).toEqual([
      {
        kind: "opensOutsideRange",
        count: 1,
        text: "1 bar opens outside of its range: open-outside-range 2024-01-30 opens at 212.16, its low is 105.97 and its high 107.13; orders are filled at opens",
      },
    ]);
    const [atCloses] = await notesOf("open-outside-range.csv", "--fill", "nextClose");
    expect(atCloses?.text).not.toContain("filled");
    const { stdout } = await shop.atc("data", "info", await datasetName());
    expect(stdout).toMatch(/1 bar opens outside of its range\n {2}open-outside-range 2024-01-30.*open 212\.16/);
  });

  it("says first that a short lost its account at a close, and keeps the figures", async () => {
    await fixture("short-through-spike.csv");
    const report = (await shop.atc("backtest", "short-through-spike.csv", "--json")).json<Report>();
    const [warning = ""] = report.symbols[0]?.warnings ?? [];
    expect(warning).toMatch(/^the account was lost: .* at the close of 2024-02-10T00:00:00.000Z/);
    expect([report.portfolio.totalReturn.toFixed(3), report.portfolio.maxDrawdown.toFixed(1)]).toEqual([
      "0.344",
      "50.8",
    ]);
    expect(kinds(report.notes)).toContainEqual(["revertingJumps", 1]);
    const cached = await shop.atc("backtest", "short-through-spike.csv");
    expect(cached.stderr).toContain("from the cache");
    expect(cached.stdout).toMatch(/Warnings:\n {2}short-through-spike: the account was lost/);
  });
});

async function datasetName(): Promise<string> {
  const list = (await shop.atc("data", "list", "--json")).json<
    { datasets?: { name: string }[] } | { name: string }[]
  >();
  const all = Array.isArray(list) ? list : (list.datasets ?? []);
  return String(all[0]?.name);
}

describe("the findings of a dataset", () => {
  /** A file with every kind of finding. */
  function oddCsv(): string {
    const lines = barsCsv(["A", "B"], 700).trimEnd().split("\n");
    const [header = "", ...rows] = lines;
    const changed = rows.map((row, i) => {
      const fields = row.split(",");
      if (i === 100) fields[2] = "1000";
      if (i === 300) fields[5] = String(2 * Number(fields[5]));
      if (i === 400) fields[4] = "many";
      return `${fields.join(",")},note`;
    });
    const copy = changed.slice(20, 22);
    changed.splice(600, 2);
    return [`${header},comment`, ...changed, ...copy].join("\n").replaceAll("Z,", ",");
  }
  const wanted = [
    ["badRows", 1],
    ["opensOutsideRange", 1],
    ["revertingJumps", 1],
    ["ohlcViolations", 2],
    ["reading", 1],
    ["reading", 1],
    ["duplicates", 2],
    ["order", 2],
  ];

  it("are the same if it was just read, is up to date, is given by name, or its results are cached", async () => {
    await shop.file("odd.csv", oddCsv());
    const read = ["odd.csv", "--bad-rows", "skip", "--name", "d"];
    const first = await notesOf(...read);
    expect(kinds(first).filter(([kind]) => kind !== "gaps")).toEqual(wanted);
    expect(first.map(({ text }) => text).join("; ")).toMatch(
      /1 bad row left out \(1 not a number\): line 402 low "many".*no zone.*columns left out: comment.*2 rows share symbol and time/,
    );
    for (const args of [read, ["d"], [...read, "--no-cache"], ["d", "--no-cache"], ["d", "--fee-bps", "3"]])
      expect(await notesOf(...args)).toEqual(first);
    const cached = await shop.atc("backtest", "d");
    expect(cached.stderr).toContain("from the cache");
    const lines = shown(cached.stdout);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain(first[0]?.text);
  });

  it.each([
    ["memory", []],
    ["slices", ["--memory", "1MB", "--threads", "2"]],
  ])("are the same on the road %s", async (_, options) => {
    const lines = barsCsv(["A", "B", "C"], 12_000).trimEnd().split("\n");
    const odd = lines.map((row, i) => {
      const fields = row.split(",");
      if (i === 15_000) fields[2] = "1000";
      return i > 9000 && i < 9100 ? undefined : fields.join(",");
    });
    await shop.file("x.csv", odd.filter((row) => row !== undefined).join("\n"));
    const notes = await notesOf("x.csv", ...options);
    expect(kinds(notes)).toEqual([["opensOutsideRange", 1]]);
  });

  it("are found by reading the rows if something was appended, and the cache keeps them", async () => {
    const lines = barsCsv(["A"], 400).trimEnd().split("\n");
    await shop.file("first.csv", lines.slice(0, 301).join("\n"));
    await shop.file(
      "second.csv",
      [lines[0], ...lines.slice(301).map((row, i) => row.replace(/Z,[^,]*/, i === 5 ? "Z,1000" : "$&"))].join("\n"),
    );
    await shop.atc("ingest", "first.csv", "--name", "d");
    expect((await shop.atc("data", "append", "d", "second.csv")).code).toBe(0);
    const wantedKinds = [["opensOutsideRange", 1]];
    expect(kinds(await notesOf("d"))).toEqual(wantedKinds);
    expect(kinds(await notesOf("d"))).toEqual(wantedKinds);
    expect(kinds(await notesOf("d", "--no-cache"))).toEqual(wantedKinds);
  });

  it("are of the chosen symbols", async () => {
    await shop.file("odd.csv", oddCsv());
    const notes = await notesOf("odd.csv", "--bad-rows", "skip", "--symbols", "B");
    expect(kinds(notes)).not.toContainEqual(["opensOutsideRange", 1]);
  });

  it("are bounded: the least important ones are left to data info", async () => {
    const lines = oddCsv().split("\n");
    const names = Array.from({ length: 300 }, (_, i) => `remark${i}`);
    const wide = lines.map((line, i) => `${line},${i === 0 ? names.join() : names.map(() => "x").join()}`);
    await shop.file("wide.csv", wide.join("\n"));
    const { stdout } = await shop.atc("backtest", "wide.csv", "--bad-rows", "skip", "--name", "d");
    const list = shown(stdout);
    expect(list.length).toBeLessThanOrEqual(21);
    expect(list.every((line) => line.length <= 80)).toBe(true);
    expect(list[0]).toContain("1 bad row left out");
  });
});

describe("an adjusted close", () => {
  const name = "adj-close-over-raw-open.csv";

  it("is refused beside raw opens, with the options that decide", async () => {
    await fixture(name);
    const refused = await shop.atc("backtest", name, "--columns", "close=Adj Close", "--json");
    expect(refused.code).not.toBe(0);
    const { code, message } = errorOf(refused);
    expect(code).toBe("ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/its close is "Adj Close", and open, high, low are not adjusted.*--adjust .*--no-adjust/);
    const named = "open=Open,high=High,low=Low,close=Adj Close";
    expect((await shop.atc("backtest", name, "--columns", named)).code).not.toBe(0);
    const pasted = await shop.atc("backtest", name, "--columns", "close=Adj Close", "--adjust", "--json");
    expect(pasted.json<Report>().portfolio.totalReturn.toFixed(3)).toBe("0.097");
    const asIs = await shop.atc("backtest", name, "--columns", "close=Adj Close", "--no-adjust", "--json");
    expect(asIs.json<Report>().portfolio.totalReturn.toFixed(3)).toBe("-0.452");
    expect(
      asIs
        .json<Report>()
        .notes.map(({ text }) => text)
        .join(),
    ).toContain("prices are mixed");
  });

  it("changes no return if the factor is constant, and is used by --adjust alone", async () => {
    await fixture(name);
    const raw = (await shop.atc("backtest", name, "--json")).json<Report>();
    expect(raw.notes.map(({ text }) => text).join()).toContain(
      'the column "adj close" is not used for prices; --adjust',
    );
    const adjusted = (await shop.atc("backtest", name, "--adjust", "--json")).json<Report>();
    expect(adjusted.portfolio.totalReturn).toBeCloseTo(raw.portfolio.totalReturn, 10);
    expect(adjusted.portfolio.buyAndHold).toBeCloseTo(raw.portfolio.buyAndHold, 10);
    expect(adjusted.notes.map(({ text }) => text)).toEqual(['prices and volume are scaled to the column "adj close"']);
  });

  it("has another dataset and other results than the raw close", async () => {
    const lines = ["Date,Open,High,Low,Close,Adj Close,Volume"];
    for (let day = 0; day < 60; day++) {
      const price = day < 30 ? 200 : 100;
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      lines.push(
        [date, price, price + 1, price - 1, price + (day % 3) / 4, 100 + (day % 3) / (day < 30 ? 8 : 4), 10].join(),
      );
    }
    await shop.file("split.csv", lines.join("\n"));
    const of = async (...args: string[]): Promise<number> =>
      (await shop.atc("backtest", "split.csv", "--json", ...args)).json<Report>().portfolio.buyAndHold;
    const [raw, adjusted, again] = [await of(), await of("--adjust"), await of()];
    expect([raw < -0.49, adjusted > -0.01, again === raw]).toEqual([true, true, true]);
    await shop.atc("ingest", "split.csv", "--adjust", "--name", "d");
    const info = (await shop.atc("data", "info", "d", "--json")).json<{ columns: { name: string }[] }>();
    expect(info.columns.map((column) => column.name)).toEqual(["timestamp", "open", "high", "low", "close", "volume"]);
    const appended = await shop.atc("data", "append", "d", "split.csv", "--json");
    expect(errorOf(appended).message).toContain("add --adjust");
    expect((await shop.atc("data", "append", "d", "split.csv", "--adjust")).code).toBe(0);
  });

  it("is used alike by threads, from compressed files and from JSON", async () => {
    const [header = "", ...rows] = barsCsv(["A", "B", "C"], 12_000).trimEnd().split("\n");
    const adjusted = rows.map(
      (row, i) => `${row},${i % 100 === 7 ? "" : (Number(row.split(",")[5]) * i) / rows.length}`,
    );
    await shop.install("source-json");
    const text = [`${header},Adj Close`, ...adjusted].join("\n");
    await shop.file("x.csv", text);
    await shop.file("x.csv.gz", gzipSync(text));
    const names = [...header.split(","), "Adj Close"];
    const objects = adjusted.map((row) =>
      Object.fromEntries(
        row.split(",").map((field, i) => [names[i], i < 2 ? field : field === "" ? null : Number(field)]),
      ),
    );
    await shop.file("x.json", JSON.stringify(objects));
    const options = ["--adjust", "--duplicates", "keep-all"];
    await shop.atc("ingest", "x.csv", ...options, "--name", "slices", "--memory", "1MB", "--threads", "2");
    const wantedRows = await rowsOf("slices");
    expect(wantedRows.length).toBeGreaterThanOrEqual(36_000);
    for (const [name, file] of [
      ["whole", "x.csv"],
      ["gzip", "x.csv.gz"],
      ["json", "x.json"],
    ] as const) {
      const run = await shop.atc("ingest", file, ...options, "--name", name);
      expect([run.code, run.stdout]).toMatchObject([0, expect.stringContaining("361 rows without a price")]);
      expect(await rowsOf(name)).toEqual(wantedRows);
    }
  });

  it("must exist, and must stand beside a close", async () => {
    await shop.file("plain.csv", daysCsv());
    expect(errorOf(await shop.atc("ingest", "plain.csv", "--adjust", "--json")).message).toMatch(
      /no column of adjusted closes such as "Adj Close"; its columns are/,
    );
    await shop.file("only.csv", "Date,Open,Adj Close\n2024-01-01,10,5\n2024-01-02,11,6\n");
    const only = await shop.atc("ingest", "only.csv", "--columns", "close=Adj Close", "--adjust", "--json");
    expect(errorOf(only).message).toContain("the close before the adjustment is needed too");
    await shop.file("alone.csv", "Date,Adj Close\n2024-01-01,5\n2024-01-02,6\n");
    expect((await shop.atc("ingest", "alone.csv", "--columns", "close=Adj Close")).code).toBe(0);
    const tiingo = "date,close,open,adjClose,adjOpen\n2024-01-01,10,10,5,5\n2024-01-02,11,11,6,6\n";
    await shop.file("tiingo.csv", tiingo);
    expect((await shop.atc("ingest", "tiingo.csv", "--columns", "close=adjClose,open=adjOpen")).code).toBe(0);
  });
});
