import { describe, expect, it } from "vitest";
import { type MemoryColumns, memoryDataset, memorySeries } from "../src/index.ts";

const columns: MemoryColumns = {
  timestamp: [1, 2, 4_294_967_297],
  close: [10, 11, 12],
  size: Int32Array.from([1, 2, 3]),
};
const code = (wanted: string) => expect.objectContaining({ name: "AtcError", code: wanted });

describe("a series in memory", () => {
  const series = memorySeries("X", columns);
  it("lists its columns, times first", () => {
    expect(series.columns).toStrictEqual([
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
      { name: "size", type: "int32" },
    ]);
  });
  it("reads any rows in blocks", () => {
    const blocks = [...series.blocks({ columns: ["timestamp", "close"], from: 1, blockLength: 1 })];
    expect(blocks.map((block) => [block.row, block.length, block.values("close")[0], block.times()[0]])).toStrictEqual([
      [1, 1, 11, 2n],
      [2, 1, 12, 4_294_967_297n],
    ]);
    expect([...Array(2).keys()].map((i) => blocks[1]?.timeWords()[i])).toStrictEqual([1, 1]);
  });
  it("refuses columns that were not requested and rows outside of it", () => {
    const [block] = series.blocks({ columns: ["close"] });
    expect(() => block?.times()).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(() => block?.values("size")).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(() => series.window("close", 2, 2)).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(() => series.window("timestamp", 0, 1)).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(() => [...series.blocks({ columns: [], to: 4 })]).toThrow(code("ATC_INVALID_ARGUMENT"));
    expect(series.window("size", 1, 2)[1]).toBe(3);
  });
  it("converts times of ticks to nanoseconds", () => {
    const ticks = memorySeries("X", columns, "ticks");
    const [block] = ticks.blocks({ columns: ["timestamp"] });
    expect([ticks.columns[0]?.type, block?.times()[1]]).toStrictEqual(["timestamp[ns]", 2_000_000n]);
  });
  for (const [what, wrong] of Object.entries<MemoryColumns>({
    "no times": { close: [1] },
    "no rows": { timestamp: [], close: [] },
    "unequal lengths": { timestamp: [1, 2], close: [1] },
    "times that go back": { timestamp: [2, 1], close: [1, 2] },
  }))
    it(`refuses ${what}`, () => {
      expect(() => memorySeries("X", wrong)).toThrow(code("ATC_INVALID_DATA"));
    });
});

describe("a dataset in memory", () => {
  it("describes itself", () => {
    const { manifest } = memoryDataset({ b: columns, A: columns }, { name: "mine" });
    expect([manifest.name, manifest.rows, manifest.schema.kind]).toStrictEqual(["mine", 6, "bars"]);
    expect(manifest.series[0]).toStrictEqual({ symbol: "A", rows: 3, firstTime: 1n, lastTime: 4_294_967_297n });
  });
  it("is closed after disposal", () => {
    const data = memoryDataset({ A: columns });
    const series = data.series("A");
    const blocks = series.blocks({ columns: ["close"], blockLength: 1 })[Symbol.iterator]();
    blocks.next();
    data[Symbol.dispose]();
    data[Symbol.dispose]();
    expect(() => blocks.next()).toThrow(code("ATC_CLOSED"));
    expect(() => series.window("close", 0, 1)).toThrow(code("ATC_CLOSED"));
    expect(() => data.symbols()).toThrow(code("ATC_CLOSED"));
    expect(() => data.series("A")).toThrow(code("ATC_CLOSED"));
  });
});
