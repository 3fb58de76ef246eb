import { expect, it, vi } from "vitest";
import { csv } from "../src/index.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const header = "symbol,date,open,high,low,close,volume\n";
const good = "A,2024-01-01,1,2,0.5,1.5,100\n";
/** Rows with one fault each, with the reason, the column and the text that are reported. */
const faults: readonly (readonly [row: string, reason: string, column: string | undefined, text: string])[] = [
  ["A,2024-01-01,1,2,0.5,1.5", "fields", undefined, "A,2024-01-01,1,2,0.5,1.5"],
  ["A,2024-01-01,1,2,0.5,1.5,100,7", "fields", undefined, "A,2024-01-01,1,2,0.5,1.5,100,7"],
  ["A", "fields", undefined, "A"],
  ["A,2024-01-01,1,2,0.5,oops,100", "number", "close", "oops"],
  ["A,2024-01-01,,2,0.5,1.5,100", "number", "open", ""],
  ["A,2024-01-01,1,NaN,0.5,1.5,100", "number", "high", "NaN"],
  ["A,2024-01-01,1,2,1e999,1.5,100", "number", "low", "1e999"],
  ["A,2024-01-01,1,2,0.5,1.5,many", "number", "volume", "many"],
  ["A,2024-02-30,1,2,0.5,1.5,100", "time", "date", "2024-02-30"],
  [",2024-01-01,1,2,0.5,1.5,100", "symbol", "symbol", ""],
  ['"A"B,2024-01-01,1,2,0.5,1.5,100', "quote", undefined, '"A"B,2024-01-01,1,2,0.5,1.5,100'],
];

it.each(faults)("stops at %j with line, reason, column and text", async (row, reason, column, text) => {
  const path = fileOf(`${header}${good}${good}${row}\n${good}`);
  const error = await failure(read(path));
  expect(error.code).toBe("ATC_INVALID_DATA");
  expect(error.details).toEqual({ path, line: 4, reason, text, ...(column === undefined ? {} : { column }) });
  expect(error.message).toMatch(/line 4.*--bad-rows skip/);
});

it.each(faults)("skips %j and counts it", async (row, reason, column, text) => {
  const { badRows, summary, symbols } = await readText(`${header}${good}${row}\n${good}`, { badRows: "skip" });
  expect(badRows).toEqual([{ line: 3, reason, text, ...(column === undefined ? {} : { column }) }]);
  expect([summary?.rows, summary?.badRows, symbols]).toEqual([2, 1, ["A", "A"]]);
});

it.each(faults)("under nan keeps %j only if just a number is bad", async (row, reason, column) => {
  const { badRows, summary, numbers } = await readText(`${header}${good}${row}\n${good}`, { badRows: "nan" });
  expect(badRows).toHaveLength(1);
  expect([summary?.rows, summary?.badRows]).toEqual([reason === "number" ? 3 : 2, 1]);
  if (reason === "number" && column !== undefined) expect(numbers[column]?.[1]).toBeNaN();
});

it("counts a row with two faults once", async () => {
  const { badRows, summary } = await readText(`${header}A,2024-01-01,x,y,0.5,1.5,100\nA,soon,x,2,0.5,1.5,1\n${good}`, {
    badRows: "nan",
  });
  expect(badRows.map(({ reason, column }) => [reason, column])).toEqual([
    ["number", "open"],
    ["time", "date"],
  ]);
  expect(summary).toMatchObject({ rows: 2, badRows: 2 });
});

it("counts lines correctly after quoted line ends and blank lines", async () => {
  const text = `${header}\n"A\n\nB",2024-01-01,1,2,0.5,1.5,100\n\n${good}A,2024-01-01,1,2,bad,1.5,100\n"C\nD",2024-01-01,1,2,bad,1.5,100\n${good}x\n`;
  const { badRows } = await readText(text, { badRows: "skip" });
  expect(badRows.map(({ line }) => line)).toEqual([8, 9, 12]);
});

it("drops only the line of a quote that is never closed", async () => {
  const { badRows, summary } = await readText(`${header}${good}"A,2024-01-01,1,2,0.5,1.5,100\n${good}${good}`, {
    badRows: "skip",
  });
  expect(badRows).toEqual([{ line: 3, reason: "quote", text: '"A,2024-01-01,1,2,0.5,1.5,100' }]);
  expect(summary?.rows).toBe(3);
});

it("drops only the line of a quote that is not closed within 1 MiB", async () => {
  const many = good.repeat(60_000);
  const { badRows, summary } = await readText(`${header}${good}"A,2024-01-01,1,2,0.5,1.5,100\n${many}`, {
    badRows: "skip",
  });
  expect(badRows.map(({ line, reason }) => [line, reason])).toEqual([[3, "quote"]]);
  expect(summary?.rows).toBe(60_001);
});

it("refuses symbols that are not UTF-8", async () => {
  const row = Buffer.concat([Buffer.from("A"), Buffer.of(0xff, 0xfe), Buffer.from(",2024-01-02,1,2,0.5,1.5,100\n")]);
  const path = fileOf(Buffer.concat([Buffer.from(header + good), row]));
  const error = await failure(read(path));
  expect([error.code, error.details["reason"], error.details["line"]]).toEqual(["ATC_INVALID_DATA", "encoding", 3]);
  expect((await read(path, { badRows: "skip" })).symbols).toEqual(["A"]);
});

it("shows at most 80 characters of a bad row", async () => {
  const { badRows } = await readText(`${header}${good}${"é,".repeat(500)}\n`, { badRows: "skip" });
  expect(badRows[0]?.text).toBe("é,".repeat(40));
});

it("does not add symbols that only bad rows have to the dictionary", async () => {
  const path = fileOf(`${header}B,2024-01-01,1,2,0.5,x,1\n${good}C,2024-01-01,1\n"D",soon,1,2,0.5,1.5,1\n`);
  await using source = await csv(path, { badRows: "skip" });
  for await (const { symbol } of source.chunks()) expect(symbol.values).toEqual(["A"]);
});

it("gives no chunk for a file that has only bad rows", async () => {
  const { summary } = await readText(`${header}x\ny\n`, { badRows: "skip" });
  expect(summary).toMatchObject({ rows: 0, badRows: 2 });
});
