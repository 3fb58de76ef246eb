import { describe, expect, it } from "vitest";
import { rootTable } from "../src/index.ts";

/**
 * A flatbuffer whose root table is at byte 32 and whose fields are at the given offsets in the table; 0 leaves a field
 * out. `write` fills in the fields, and what they point to from byte 80 on.
 */
function bufferOf(fields: readonly number[], write: (view: DataView) => void, length = 256): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 32, true);
  view.setUint16(4, 4 + 2 * fields.length, true);
  for (const [i, field] of fields.entries()) view.setUint16(8 + 2 * i, field, true);
  view.setInt32(32, 28, true);
  write(view);
  return bytes;
}

describe("a table", () => {
  const table = rootTable(
    bufferOf([4, 6, 8, 16, 0], (view) => {
      view.setInt8(36, -3);
      view.setInt16(38, -300, true);
      view.setInt32(40, -70_000, true);
      view.setBigInt64(48, -5_000_000_000n, true);
    }),
  );

  it("reads numbers of each width", () => {
    expect([table.position, table.int8(0), table.int16(1), table.int32(2), table.int64(3)]).toEqual([
      32, -3, -300, -70_000, -5_000_000_000,
    ]);
  });

  it.each([4, 5, 1000])("gives defaults for field %d, which is left out", (field) => {
    expect([table.int8(field), table.int8(field, 7), table.int16(field), table.int32(field, 9)]).toEqual([0, 7, 0, 9]);
    expect([table.int64(field), table.text(field), table.count(field)]).toEqual([0, "", 0]);
    expect([table.table(field), table.tables(field), table.words(field, 2)]).toEqual([undefined, [], []]);
  });
});

describe("what a table points to", () => {
  const bytes = bufferOf([4, 8, 12], (view) => {
    // A text of five bytes at 80, a vector of two structs of two words at 100, a vector of two tables at 140.
    view.setInt32(36, 80 - 36, true);
    view.setInt32(80, 5, true);
    new Uint8Array(view.buffer).set(new TextEncoder().encode("naïv"), 84);
    view.setInt32(40, 100 - 40, true);
    view.setInt32(100, 2, true);
    for (const [i, word] of [1n, -2n, 3n, 4n].entries()) view.setBigInt64(104 + 8 * i, word, true);
    view.setInt32(44, 140 - 44, true);
    view.setInt32(140, 2, true);
    for (const at of [144, 148]) view.setInt32(at, 32 - at, true);
  });
  const table = rootTable(bytes);

  it("is read as text, structs and tables", () => {
    expect(table.text(0)).toBe("naïv");
    expect(table.words(1, 2)).toEqual([
      [1, -2],
      [3, 4],
    ]);
    expect(table.count(2)).toBe(2);
    expect(table.tables(2).map(({ position }) => position)).toEqual([32, 32]);
  });

  it("is read from bytes that do not start at their buffer", () => {
    const shifted = new Uint8Array(bytes.length + 8);
    shifted.set(bytes, 8);
    expect(rootTable(shifted.subarray(8)).text(0)).toBe("naïv");
  });

  it("is refused before it is decoded if it is too long", () => {
    expect(() => table.text(0, 4)).toThrow(RangeError);
  });

  it.each([
    ["a text of negative length", 80, -1],
    ["a text beyond the end", 80, 1000],
    ["a text at an offset beyond the end", 36, 100_000],
  ])("is a RangeError for %s", (_, at, value) => {
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setInt32(at, value, true);
    expect(() => rootTable(damaged).text(0)).toThrow(RangeError);
  });

  it("is a RangeError for a vector of tables that is too long for the bytes, before any is made", () => {
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setInt32(140, 2 ** 30, true);
    expect(() => rootTable(damaged).count(2)).toThrow(RangeError);
    expect(() => rootTable(damaged).tables(2)).toThrow(RangeError);
  });
});

it("refuses a root beyond the bytes", () => {
  expect(() => rootTable(Uint8Array.of(0xff, 0xff, 0, 0))).toThrow(RangeError);
  expect(() => rootTable(new Uint8Array(2))).toThrow(RangeError);
});
