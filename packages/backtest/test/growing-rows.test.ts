import { describe, expect, it } from "vitest";
import { growingRows, symbolKind, tradeKind } from "../src/results/growing-rows.ts";

const numbers = (from: number, length: number): Int32Array => Int32Array.from({ length }, (_, i) => from + i);

describe("rows that grow", () => {
  it("keep what was added, in order, however it was divided", () => {
    const rows = growingRows(symbolKind, () => 0);
    let length = 0;
    for (const part of [1, 63, 1, 500, 0, 2000]) {
      rows.add(numbers(length, part));
      length += part;
    }
    expect(rows.rows()).toStrictEqual(numbers(0, 2565));
  });

  it("return rows that later ones do not change", () => {
    const rows = growingRows(symbolKind, () => 0);
    rows.add(numbers(0, 60));
    const before = rows.rows();
    rows.add(numbers(100, 60));
    rows.add(numbers(200, 4000));
    expect(before).toStrictEqual(numbers(0, 60));
  });

  it("are allocated for the expected number, and returned as views of more than half of it", () => {
    const rows = growingRows(symbolKind, (needed) => 10 * needed);
    rows.add(numbers(0, 100));
    const few = rows.rows();
    rows.add(numbers(100, 500));
    const many = rows.rows();
    expect([few.length, few.buffer.byteLength]).toStrictEqual([100, 400]);
    expect([many.length, many.buffer.byteLength]).toStrictEqual([600, 4000]);
    expect(many).toStrictEqual(numbers(0, 600));
  });

  it("have every column of trades", () => {
    const rows = growingRows(tradeKind, () => 0);
    const more = tradeKind.allocate(3);
    more.entryTime.set([1n, 2n, 3n]);
    more.reason.set([4, 5, 6]);
    rows.add(more);
    const { length, entryTime, reason, mae } = rows.rows();
    expect([length, [...entryTime], [...reason], mae.length]).toStrictEqual([3, [1n, 2n, 3n], [4, 5, 6], 3]);
  });
});
