import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonObject, Progress, SliceCounts } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type CsvOptions, csv } from "../src/index.ts";
import { countSlice, readSlice } from "../src/reading/slice-reader.ts";
import { failure, fileOf, twoBars } from "./temporary-file.ts";

// Megabytes are read; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const blockLength = 1024 * 1024;

interface Slice {
  readonly input: JsonObject;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** The slices of a file, each as another thread gets it. */
async function slicesOf(path: string, length: number, options: CsvOptions = {}): Promise<Slice[]> {
  await using source = await csv(path, options);
  const sliced = await source.slices?.({ length });
  if (sliced === undefined) throw new Error("it has no slices");
  const input = JSON.parse(JSON.stringify(sliced.input)) as JsonObject;
  return sliced.starts.map((start, i) => ({ input, start, end: sliced.starts[i + 1] ?? sliced.end, line: 1 }));
}

/** The rows per symbol that reading a slice gives. */
async function readCounts({ input, ...slice }: Slice): Promise<{ counts: object; position: number; badRows: number }> {
  const counts: Record<string, number> = {};
  const chunks = readSlice(input, slice);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return { counts, position: value.position, badRows: value.badRows };
    for (const index of value.symbol.indices) {
      const name = value.symbol.values[index] as string;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
}

function countsOf({ symbols, rows, position }: SliceCounts): { counts: object; position: number } {
  expect(rows.length).toBe(symbols.length);
  return { counts: Object.fromEntries(symbols.map((symbol, i) => [symbol, rows[i]])), position };
}

/** Counts a slice as it reads; returns whether it can be counted. */
async function countsAsRead(slice: Slice): Promise<boolean> {
  const counted = await countSlice(slice.input, slice);
  if (counted === undefined) return false;
  const { badRows, ...read } = await readCounts(slice);
  expect(badRows).toBe(0);
  expect(countsOf(counted)).toEqual(read);
  return true;
}

const head = "symbol,date,close\n";
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join("");

describe("counts what is read", () => {
  it.each([
    ["rows of two symbols", head + rows(500, (i) => `S${i % 2},2024-01-01,${i}\n`), {}],
    [
      "CRLF and blank lines",
      head + rows(500, (i) => `S${i % 7},2024-01-01,${i}\r\n${i % 5 === 0 ? " \r\n\r\n" : ""}`),
      {},
    ],
    ["no final line end", head + rows(500, (i) => `${i === 0 ? "" : "\n"}S${i % 7},2024-01-01,${i}`), {}],
    ["a symbol at the end", `date,close,symbol\n${rows(500, (i) => `2024-01-01,${i},S${i % 7}\r\n`)}`, {}],
    ["long and padded names", head + rows(500, (i) => ` ${"long ".repeat(i % 9)}name ,2024-01-01,${i}\n`), {}],
    ["names of many bytes", head + rows(500, (i) => `${"Ω🦄".repeat(1 + (i % 6))},2024-01-01,${i}\n`), {}],
    ["text that is kept", `date,close,note,symbol\n${rows(500, (i) => `2024-01-01,${i},n${i},S\n`)}`, { text: "keep" }],
    [
      "12-hour clocks",
      `symbol;date;close\n${rows(500, (i) => `S${i % 3};2024-01-01 ${1 + (i % 12)}:05 PM;${i}\n`)}`,
      {},
    ],
    [
      "a symbol by option",
      `date,close\n${rows(500, (i) => `2024-01-01,${i}\n${i % 3 === 0 ? "\t\n" : ""}`)}`,
      { symbol: "X Y" },
    ],
    ["the file's name", `# a comment\ndate\tclose\n${rows(500, (i) => `2024-01-01\t${i}\n`)}`, {}],
    ["blanks before times", `date,close\n${rows(500, (i) => ` 2024-01-01 , ${i} \n`)}`, {}],
    [
      "a byte order mark and no header",
      `\ufeff${rows(500, (i) => `S,2024-01-01,${i}\n`)}`,
      { columns: ["symbol", "timestamp", "close"] },
    ],
  ] as const)("of %s", async (_, text, options) => {
    const slices = await slicesOf(fileOf(text), 1500, options);
    expect(slices.length).toBeGreaterThan(3);
    for (const slice of slices) expect(await countsAsRead(slice)).toBe(true);
  });

  it("from and to any byte", async () => {
    const text = `${head}A,2024-01-01,1\r\nBB,2024-01-02,2\n\nA,2024-01-03,3`;
    const [slice] = (await slicesOf(fileOf(text), 1e6)) as [Slice];
    for (let end = slice.start; end <= text.length; end++) expect(await countsAsRead({ ...slice, end })).toBe(true);
    const starts = [slice.start, text.indexOf("BB"), text.indexOf("\nA,"), text.lastIndexOf("A,"), text.length];
    for (const start of starts) expect(await countsAsRead({ ...slice, start })).toBe(true);
  });

  it("at any end of a block in the rows", async () => {
    const few = rows(12, (i) => `SYM${i},2024-01-01,${i}.25,n\r\n`);
    const start = "FIRST,2024-01-01,1,";
    for (let shift = 0; shift < 24; shift++) {
      const note = "x".repeat(blockLength - start.length - 1 - few.length / 2 + shift);
      const path = fileOf(`symbol,date,close,note\n${start}${note}\n${few}`);
      const [slice] = (await slicesOf(path, 1e9)) as [Slice];
      expect(await countsAsRead(slice)).toBe(true);
    }
  });

  it("whatever the rows are", async () => {
    const name = fc.string({ unit: fc.constantFrom(..."AB.- é"), maxLength: 30 }).map((text) => `${text.trim()}S`);
    const line = fc
      .tuple(name, fc.integer({ min: 0, max: 90 }), fc.constantFrom("\n", "\r\n", "\n\n", "\n  \r\n"))
      .map(([symbol, length, ending]) => `${symbol},2024-01-01,1,${"n".repeat(length)}${ending}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 100, max: 1000 }),
        async (lines, length) => {
          const path = fileOf(`symbol,date,close,note\n${lines.join("")}`);
          for (const slice of await slicesOf(path, length)) expect(await countsAsRead(slice)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("leaves to the reader", () => {
  it.each([
    ["quotes", `A,2024-01-01,"1"\n`],
    ["line feeds in quotes", `A,2024-01-01,"1\n2"\n`],
    ["rows of too few fields", "A\n"],
    ["rows without a symbol", ",2024-01-01,1\n"],
    ["names that are not UTF-8", Buffer.from([0xff, 0x2c, 0x31, 0x2c, 0x31, 0x0a])],
    ["lines that are too long", `A,2024-01-01,${"1".repeat(blockLength)}\n`],
    ["lines that never end", `A,2024-01-01,${"1".repeat(3 * blockLength)}`],
  ] as const)("%s", async (_, odd) => {
    const good = Buffer.from(rows(50, (i) => `S${i % 2},2024-01-01,${i}\n`));
    const path = fileOf(Buffer.concat([Buffer.from(head), good, Buffer.from(odd), good]));
    const [slice] = (await slicesOf(path, 1e9)) as [Slice];
    expect(await countSlice(slice.input, slice)).toBeUndefined();
    const end = head.length + good.length;
    expect(await countsAsRead({ ...slice, end })).toBe(true);
  });
});

it("counts bad rows that have a symbol", async () => {
  const [slice] = (await slicesOf(fileOf(`${twoBars}AAA,x,1,1,1,1,1\nAAA,2024-01-02\n`), 1e9)) as [Slice];
  expect((await countSlice(slice.input, slice))?.rows).toEqual(Float64Array.of(3, 1));
});

it("names symbols in order of appearance, and only those that appear", async () => {
  const [slice] = (await slicesOf(fileOf(`${twoBars}AAA,2024-01-04,1,1,1,1,1\n`), 1e9)) as [Slice];
  expect((await countSlice(slice.input, slice))?.symbols).toEqual(["AAA", "BBB"]);
  const [one] = (await slicesOf(fileOf("date,close\n2024-01-01,1\n"), 1e9)) as [Slice];
  expect(await countSlice(one.input, { ...one, end: one.start })).toMatchObject({ symbols: [], position: one.start });
});

it("reports its progress, and stops when aborted", async () => {
  const path = fileOf(head + rows(100_000, (i) => `S${i % 7},2024-01-01,${i}\n`));
  const [slice] = (await slicesOf(path, 1e9)) as [Slice];
  const seen: Progress[] = [];
  await countSlice(slice.input, { ...slice, onProgress: (progress) => seen.push(progress) });
  expect(seen.length).toBeGreaterThan(1);
  for (const { phase, total } of seen) expect([phase, total]).toEqual(["counting", slice.end - slice.start]);
  const abort = new AbortController();
  const counting = countSlice(slice.input, { ...slice, signal: abort.signal, onProgress: () => abort.abort() });
  expect((await failure(counting)).code).toBe("ATC_ABORTED");
});

it("refuses a file that changed", async () => {
  const path = fileOf(twoBars);
  const [slice] = (await slicesOf(path, 1e9)) as [Slice];
  appendFileSync(path, "AAA,2024-01-04,1,1,1,1,1\n");
  expect((await failure(countSlice(slice.input, slice))).code).toBe("ATC_INVALID_DATA");
});

const folder = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const present = existsSync(folder);

describe.skipIf(!present)("real files (needs ../shared)", () => {
  const names = present ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const plain = names.filter((name) => /\.(?:csv|txt)$/.test(name));
  it.each(plain)("counts %s as it is read", async (name) => {
    for (const slice of await slicesOf(folder + name, 400_000)) expect(await countsAsRead(slice)).toBe(true);
  });
});
