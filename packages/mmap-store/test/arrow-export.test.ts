import { tableFromIPC, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ArrowTable, encodeArrow, encodeArrowBlocks } from "../src/index.ts";

const encoded = (table: ArrowTable): Buffer => Buffer.concat(encodeArrow(table));

it("exports every type, including text with nulls", () => {
  const table = tableFromIPC(
    encoded({
      columns: [
        { name: "time", type: "timestamp[ms]", values: BigInt64Array.of(0n, -1n, 5n) },
        { name: "nanos", type: "timestamp[ns]", values: BigInt64Array.of(1n, 2n, 3n) },
        { name: "side", type: "text", values: { indices: Int32Array.of(1, -1, 0), values: ["long", "short é😀"] } },
        { name: "i8", type: "int8", values: Int8Array.of(-128, 0, 127) },
        { name: "u8", type: "uint8", values: Uint8Array.of(0, 1, 255) },
        { name: "i32", type: "int32", values: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
        { name: "u32", type: "uint32", values: Uint32Array.of(0, 1, 2 ** 32 - 1) },
        { name: "i64", type: "int64", values: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n) },
        { name: "f32", type: "float32", values: Float32Array.of(0.5, Number.NaN, -0) },
        { name: "f64", type: "float64", values: Float64Array.of(1 / 3, Number.POSITIVE_INFINITY, Number.NaN) },
      ],
      metadata: { kind: "trades" },
    }),
  );
  expect(table.schema.metadata).toEqual(new Map([["kind", "trades"]]));
  expect(table.schema.fields.map(String)).toEqual([
    "time: Timestamp<MILLISECOND, UTC>",
    "nanos: Timestamp<NANOSECOND, UTC>",
    "side: Dictionary<Int32, Utf8>",
    "i8: Int8",
    "u8: Uint8",
    "i32: Int32",
    "u32: Uint32",
    "i64: Int64",
    "f32: Float32",
    "f64: Float64",
  ]);
  expect([...(table.getChild("side") ?? [])]).toEqual(["short é😀", null, "long"]);
  expect(table.getChild("side")?.nullCount).toBe(1);
  expect([...(table.getChild("i64") ?? [])]).toEqual([-(2n ** 63n), 0n, 2n ** 63n - 1n]);
  expect([...(table.getChild("u32") ?? [])]).toEqual([0, 1, 2 ** 32 - 1]);
  expect([...(table.getChild("f64") ?? [])]).toEqual([1 / 3, Number.POSITIVE_INFINITY, Number.NaN]);
  expect(table.getChild("nanos")?.data[0]?.values).toEqual(BigInt64Array.of(1n, 2n, 3n));
});

it("exports tables without rows and without columns", () => {
  const empty = tableFromIPC(encoded({ columns: [{ name: "a", type: "float64", values: new Float64Array(0) }] }));
  expect([empty.numRows, empty.numCols]).toEqual([0, 1]);
  expect(tableFromIPC(encoded({ columns: [] })).numCols).toBe(0);
});

it("exports any column as apache-arrow reads it, aligned to 64 bytes", () => {
  fc.assert(
    fc.property(fc.float64Array(), fc.array(fc.integer({ min: -1, max: 3 })), (floats, picks) => {
      const rows = Math.min(floats.length, picks.length);
      const values = ["", "a", "b\n", "😀"];
      const indices = Int32Array.from(picks.slice(0, rows));
      const bytes = encoded({
        columns: [
          { name: "text", type: "text", values: { indices, values } },
          { name: "floats", type: "float64", values: floats.subarray(0, rows) },
        ],
      });
      const table = tableFromIPC(bytes);
      expect([...(table.getChild("text") ?? [])]).toEqual(picks.slice(0, rows).map((i) => values[i] ?? null));
      expect([...(table.getChild("floats") ?? [])]).toEqual([...floats.subarray(0, rows)]);
      if (rows > 0)
        expect(((table.getChild("floats")?.data[0]?.values.byteOffset ?? 1) - bytes.byteOffset) % 64).toBe(0);
      expect(tableFromIPC(tableToIPC(table)).numRows).toBe(rows);
    }),
  );
});

it("exports blocks as it exports whole columns, with missing texts", () => {
  const values = ["", "a", "b"];
  const text = fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 40 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (picks, length) => {
      const indices = Int32Array.from(picks);
      const floats = Float64Array.from(picks, (pick) => pick / 3);
      const blocks = (all: Int32Array | Float64Array): (Int32Array | Float64Array)[] =>
        Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));
      const pieces = encodeArrowBlocks({
        rows: picks.length,
        columns: [
          { name: "text", type: "text", texts: values },
          { name: "floats", type: "float64" },
        ],
        values: (name) => blocks(name === "text" ? indices : floats),
      });
      const whole = encoded({
        columns: [
          { name: "text", type: "text", values: { indices, values } },
          { name: "floats", type: "float64", values: floats },
        ],
      });
      expect(Buffer.concat([...pieces].map((piece) => piece.slice())).equals(whole)).toBe(true);
      expect(Array.from(indices)).toEqual(picks);
    }),
  );
});

it("returns views of the columns' memory, not copies", () => {
  const values = new Float64Array(1000);
  const pieces = encodeArrow({ columns: [{ name: "a", type: "float64", values }] });
  expect(pieces.some((piece) => piece.buffer === values.buffer && piece.length === 8000)).toBe(true);
});

it.each<[string, ArrowTable["columns"]]>([
  [
    "columns of two lengths",
    [
      { name: "a", type: "float64", values: new Float64Array(1) },
      { name: "b", type: "float64", values: new Float64Array(2) },
    ],
  ],
  [
    "a name used twice",
    [
      { name: "a", type: "float64", values: new Float64Array(1) },
      { name: "a", type: "int8", values: new Int8Array(1) },
    ],
  ],
  ["an array of another type", [{ name: "a", type: "float64", values: new Float32Array(1) }]],
  ["an unsigned array for a signed type", [{ name: "a", type: "int32", values: new Uint32Array(1) }]],
  ["numbers for text", [{ name: "a", type: "text", values: new Int32Array(1) }]],
  ["text for numbers", [{ name: "a", type: "int32", values: { indices: new Int32Array(1), values: ["x"] } }]],
  [
    "an index outside of its texts",
    [{ name: "a", type: "text", values: { indices: Int32Array.of(1), values: ["x"] } }],
  ],
  ["an index below -1", [{ name: "a", type: "text", values: { indices: Int32Array.of(-2), values: ["x"] } }]],
])("refuses %s", (_, columns) => {
  expect(() => encodeArrow({ columns })).toThrow(expect.objectContaining({ code: "ATC_INVALID_ARGUMENT" }));
});
