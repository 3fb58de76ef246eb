import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { afterAll, expect, it } from "vitest";
import { arrow } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-dictionaries-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function symbolsOf(bytes: Uint8Array): Promise<readonly string[]> {
  const path = join(directory, "f.arrow");
  writeFileSync(path, bytes);
  await using source = await arrow(path, { badRows: "skip" });
  const found: string[] = [];
  for await (const { symbol } of source.chunks())
    for (const index of symbol.indices) found.push(symbol.values[index] ?? "?");
  return found;
}

const type = new Dictionary(new Utf8(), new Int32(), 7);
const texts = (values: readonly string[]) => vectorFromArray(values, new Utf8());
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `S${from + i}`);

/** A column of indices into a dictionary that is written in pieces: the first, then deltas. */
function symbols(indices: Int32Array, pieces: readonly (readonly string[])[], nullBitmap?: Uint8Array) {
  const dictionary = new Vector(pieces.flatMap((piece) => texts(piece).data));
  const nullCount = nullBitmap === undefined ? 0 : -1;
  return makeData({
    type,
    length: indices.length,
    nullCount,
    data: indices,
    dictionary,
    ...(nullBitmap && { nullBitmap }),
  });
}

function tableOf(indices: Int32Array, pieces: readonly (readonly string[])[]): Table {
  const { length } = indices;
  return new Table({
    symbol: new Vector([symbols(indices, pieces)]),
    timestamp: vectorFromArray(
      Array.from({ length }, (_, i) => BigInt(1.7e12 + i)),
      new Int64(),
    ),
    close: vectorFromArray(new Float64Array(length).fill(5)),
  });
}

it.each(["stream", "file"] as const)(
  "a dictionary that grows by 200,000 texts at once is read from a %s",
  async (form) => {
    const all = numbered(0, 200_001);
    const table = tableOf(
      Int32Array.from(all, (_, i) => i),
      [all.slice(0, 1), all.slice(1)],
    );
    expect(await symbolsOf(tableToIPC(table, form))).toEqual(all);
  },
);

it("several deltas before the rows are read", async () => {
  const pieces = [numbered(0, 3), numbered(3, 100_000), numbered(100_000, 100_001), numbered(100_001, 250_000)];
  const indices = Int32Array.of(0, 2, 3, 99_999, 100_000, 100_001, 249_999);
  expect(await symbolsOf(tableToIPC(tableOf(indices, pieces), "stream"))).toEqual(Array.from(indices, (i) => `S${i}`));
});

const schema = new Schema([
  new Field("symbol", type, true),
  new Field("timestamp", new Int64()),
  new Field("close", new Float64()),
]);

function batchOf(symbol: ReturnType<typeof symbols>): RecordBatch {
  const { length } = symbol;
  const times = vectorFromArray(
    Array.from({ length }, (_, i) => BigInt(1.7e12 + i)),
    new Int64(),
  );
  const closes = vectorFromArray(new Float64Array(length).fill(5));
  const children = [symbol, times.data[0], closes.data[0]] as never[];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

it("a delta after rows gives texts to indices that rows without a symbol had before", async () => {
  // Row 1 is missing and holds the index 2, which has no text yet.
  const first = batchOf(symbols(Int32Array.of(0, 2, 1), [["A", "B"]], Uint8Array.of(0b101)));
  const second = batchOf(symbols(Int32Array.of(2, 0), [["A", "B"], ["C"]]));
  const writer = new RecordBatchStreamWriter();
  writer.write(first);
  writer.write(second);
  writer.close();
  expect(await symbolsOf(await writer.toUint8Array())).toEqual(["A", "B", "C", "A"]);
});

it("a dictionary inside a struct is ignored", async () => {
  const nested = new Dictionary(new Utf8(), new Int32(), 9);
  const indices = Int32Array.of(1, 0);
  const inner = makeData({ type: nested, length: 2, nullCount: 0, data: indices, dictionary: texts(["x", "y"]) });
  const struct = new Struct([new Field("inner", nested, true)]);
  const table = new Table({
    extra: new Vector([makeData({ type: struct, length: 2, nullCount: 0, children: [inner] })]),
    symbol: new Vector([symbols(Int32Array.of(1, 0), [["A", "B"]])]),
    timestamp: vectorFromArray([1_700_000_000_000n, 1_700_000_000_001n], new Int64()),
    close: vectorFromArray(Float64Array.of(1, 2)),
  });
  for (const form of ["stream", "file"] as const) expect(await symbolsOf(tableToIPC(table, form))).toEqual(["B", "A"]);
});
