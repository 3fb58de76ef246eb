import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";
import { fileOf } from "./temporary-file.ts";

const values = ["direction", "weight", "longEntry"];

interface Read {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly lines: readonly number[];
}

async function read(text: string, options: CsvOptions = {}): Promise<Read> {
  await using source = await csv(fileOf(text), { values, extra: "drop", symbol: "ONE", ...options });
  const columns = source.columns.map(({ name }) => name);
  const rows: unknown[][] = [];
  const lines: number[] = [];
  for await (const chunk of source.chunks()) {
    lines.push(...(chunk.lines ?? []));
    for (let row = 0; row < chunk.length; row++)
      rows.push([
        chunk.symbol.values[chunk.symbol.indices[row] ?? 0],
        ...columns.slice(1).map((name) => chunk.columns[name]?.[row]),
      ]);
  }
  return { columns, rows, lines };
}

const day = (date: number): bigint => BigInt(Date.UTC(2024, 0, date));

describe("a table of values", () => {
  it("needs no price, and a missing value is NaN", async () => {
    expect(await read("time,symbol,weight\n2024-01-01,AAA,0.5\n2024-01-02,BBB,\n2024-01-03,AAA,NaN\n")).toEqual({
      columns: ["symbol", "timestamp", "weight"],
      rows: [
        ["AAA", day(1), 0.5],
        ["BBB", day(2), Number.NaN],
        ["AAA", day(3), Number.NaN],
      ],
      lines: [2, 3, 4],
    });
  });

  it("has the line of each row, with blank lines, comments and quotes", async () => {
    const text = '# made by hand\ntime,symbol,weight\n2024-01-01,AAA,1\n\n2024-01-02,"A\nB",2\n2024-01-03,AAA,3\n';
    expect((await read(text)).lines).toEqual([3, 5, 7]);
  });

  it("finds its columns in any spelling, and reads a column without a number as numbers", async () => {
    const found = await read(",Long_Entry,note,Direction\n2024-01-01,,x,\n2024-01-02,,y,\n");
    expect(found.columns).toEqual(["symbol", "timestamp", "direction", "longEntry"]);
    expect(found.rows[0]).toEqual(["ONE", day(1), Number.NaN, Number.NaN]);
  });

  it("does not take a price or a volume for one", async () => {
    const found = await read("time,close,volume,weight\n2024-01-01,100,7,1\n");
    expect(found.columns).toEqual(["symbol", "timestamp", "weight"]);
  });

  it("is read with decimal commas", async () => {
    expect((await read("time;weight\n2024-01-01;0,25\n2024-01-02;-1,5\n")).rows.map((row) => row[2])).toEqual([
      0.25, -1.5,
    ]);
  });

  it.each([
    ["time,weight\n2024-01-01,up\n", /line 2, column "weight": "up"/],
    ["weight,symbol\n1,AAA\n", /no column for a time/],
    ["time,weight,WEIGHT\n2024-01-01,1,2\n", /two columns "weight"/],
  ])("is refused if it is not one: %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("has an identity of its own", async () => {
    const path = fileOf("time,close,weight\n2024-01-01,1,2\n");
    await using prices = await csv(path);
    await using table = await csv(path, { values: ["weight"] });
    await using other = await csv(path, { values: ["close"] });
    const identities = [prices, table, other].map(({ identity }) => JSON.stringify(identity.parts));
    expect(new Set(identities).size).toBe(3);
  });

  it("refuses an option that is not a list of names", async () => {
    const fault = await csv(fileOf("time,close\n2024-01-01,1\n"), { values: "weight" as never }).catch(
      (error: unknown) => error,
    );
    expect(isAtcError(fault, "ATC_INVALID_ARGUMENT")).toBe(true);
  });
});

it("rows of prices have no lines", async () => {
  await using source = await csv(fileOf("time,close\n2024-01-01,1\n"));
  for await (const chunk of source.chunks()) expect(chunk.lines).toBeUndefined();
});
