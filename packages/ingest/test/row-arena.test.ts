import { describe, expect, it } from "vitest";
import type { RowLayout } from "../src/base/row-layout.ts";
import { createRowArena } from "../src/slices/row-arena.ts";

/** A time and one number per row. */
const layout: RowLayout = {
  schema: { kind: "bars", columns: [] },
  columns: [],
  slots: 1,
  rowBytes: 16,
  unitsPerMs: 1,
  dropped: [],
  isOfDates: false,
};

describe("an arena of rows", () => {
  it("starts in 256 KiB, and keeps its rows while it grows to all of its memory", () => {
    const arena = createRowArena(layout, 12 * 2 ** 20);
    arena.reserve(2);
    const capacities = new Set([arena.capacity]);
    let rows = 0;
    for (; arena.extend(rows % 2); rows++) {
      capacities.add(arena.capacity);
      const series = rows % 2;
      for (let row = arena.cursor[series] as number; row < (arena.limit[series] as number); row++) {
        arena.times[2 * row] = row;
        arena.values[row] = -row;
      }
      arena.cursor[series] = arena.limit[series] as number;
    }
    expect([...capacities]).toEqual([2 ** 14, 2 ** 19, 12 * 2 ** 16]);
    for (let row = 0; row < arena.capacity; row++)
      if (arena.times[2 * row] !== row || arena.values[row] !== -row) expect(row).toBe(-1);
  });

  it("has all of its memory at once for a large source, and no more than its bytes for a small one", () => {
    expect(createRowArena(layout, 12 * 2 ** 20, "large").capacity).toBe(12 * 2 ** 16);
    expect(createRowArena(layout, 2 ** 17).capacity).toBe(2 ** 13);
    expect(createRowArena(layout, 1).capacity).toBe(64);
  });
});
