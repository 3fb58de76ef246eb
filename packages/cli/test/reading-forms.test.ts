import { expect, it } from "vitest";
import { errorOf, rowsOf, shop } from "./shop.ts";

const quotes = "time,bid,ask\n2024-01-02T09:30:00Z,1.25,1\n2024-01-02T09:31:00Z,1,2\n";

interface Ingested {
  readonly rows: number;
  readonly reused: boolean;
  readonly report: { readonly notes?: readonly string[] };
}

it("takes the mean of bid and ask, counts crossed quotes, and reads again for another --price", async () => {
  const file = await shop.file("q.csv", quotes);
  const ingest = async (...flags: string[]): Promise<Ingested> =>
    (
      await shop.atc("ingest", file, "--name", "q", "--source-option", "extra=drop", "--json", ...flags)
    ).json<Ingested>();
  const closes = async (): Promise<readonly (string | undefined)[]> =>
    (await rowsOf("q")).map((row) => row.split(",").at(-1));
  const { report } = await ingest();
  expect(report.notes).toContain("prices are the mean of bid and ask (--price bid or --price ask takes one)");
  expect(report.notes).toContain("1 row with a bid above the ask, the first in line 2");
  const mean = await closes();
  expect((await ingest("--price", "bid")).reused).toBe(false);
  const bid = await closes();
  expect((await ingest("--price", "ask")).reused).toBe(false);
  const ask = await closes();
  expect([mean, bid, ask].map((all) => all.map((text) => Number(/[\d.]+$/.exec(text ?? "")?.[0])))).toEqual([
    [1.125, 1.5],
    [1.25, 1],
    [1, 2],
  ]);
  expect((await shop.atc("ingest", file, "--price", "last")).stderr).toMatch(
    /--price is "last"; use one of: mid, bid, ask/,
  );
});

const odd = ["A,B", "C D", 'E"F', "G"];
const oddCsv = `symbol,date,open,close\n${odd.map((name) => `"${name.replaceAll('"', '""')}",2024-01-02,1,2\n`).join("")}`;

it.each([
  ['"A,B"', ["A,B"]],
  ["C D, G", ["C D", "G"]],
  ['"C D","E""F"', ["C D", 'E"F']],
  [' "A,B" , G', ["A,B", "G"]],
  ['E"F', ['E"F']],
] as const)("names the symbols %s on the command line", async (list, wanted) => {
  await shop.file("odd.csv", oddCsv);
  const run = await shop.atc("backtest", "odd.csv", "--symbols", list, "--json");
  const { symbols } = run.json<{ readonly symbols: readonly { readonly symbol: string }[] }>();
  expect(new Set(symbols.map(({ symbol }) => symbol))).toEqual(new Set(wanted));
  expect((await shop.atc("ingest", "odd.csv", "--name", "odd")).code).toBe(0);
  const exported = await shop.atc("data", "export", "odd", "-o", "out.csv", "--symbols", list, "--json");
  expect(exported.json<{ readonly symbols: number }>().symbols).toBe(wanted.length);
});

it.each(['"A,B', '"A"B', 'G,"'])("refuses the list of symbols %s, and shows how to write it", async (list) => {
  await shop.file("odd.csv", oddCsv);
  const { code, message } = errorOf(await shop.atc("backtest", "odd.csv", "--symbols", list, "--json"));
  expect(code).toBe("ATC_INVALID_ARGUMENT");
  expect(message).toMatch(/two quotes for one/);
});

it("reads files with and without a header in one ingest", async () => {
  const first = await shop.file("2023.csv", "2023-01-02,1,7\n2023-01-03,2,8\n");
  const second = await shop.file("2024.csv", "date,close,volume\n2024-01-02,3,9\n");
  const run = await shop.atc("ingest", first, second, "--csv-symbol", "X", "--name", "both", "--json");
  const { rows, report } = run.json<Ingested>();
  expect(rows).toBe(3);
  expect(report.notes?.join()).toMatch(/the names are those of ".*2024\.csv" \(.*2023\.csv\)/);
  expect((await rowsOf("both")).length).toBe(3);
});

it("refuses files without a header if none has one, or if their fields do not fit", async () => {
  const first = await shop.file("2023.csv", "2023-01-02,1,7\n");
  const second = await shop.file("2024.csv", "2024-01-02,3,9\n");
  const third = await shop.file("2025.csv", "date,close\n2025-01-02,3\n");
  for (const files of [
    [first, second],
    [first, third],
    [third, first],
  ])
    expect(errorOf(await shop.atc("ingest", ...files, "--json")).message).toMatch(/2023\.csv" has no header line/);
});

it("reads a row of several symbols as rows of each", async () => {
  const file = await shop.file(
    "wide.csv",
    "time,B:open,B:close,A:open,A:close\n2024-01-02,1,2,3,4\n2024-01-03,5,6,,\n",
  );
  const { rows, report } = (await shop.atc("ingest", file, "--name", "wide", "--json")).json<Ingested>();
  expect(rows).toBe(3);
  expect(report.notes).toContain("1 row without any price of a symbol, left out for that symbol, the first in line 3");
  expect((await rowsOf("wide")).length).toBe(3);
});
