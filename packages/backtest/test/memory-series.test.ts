import assert from "node:assert/strict";
import { isAtcError } from "@atc/contract";
import { describe, it } from "vitest";
import { type MemoryColumns, memoryDataset, memorySeries } from "../src/index.ts";

const columns: MemoryColumns = {
  timestamp: [1, 2, 4_294_967_297],
  close: [10, 11, 12],
  size: Int32Array.from([1, 2, 3]),
};
const code = (wanted: string) => (error: unknown) => isAtcError(error) && error.code === wanted;

describe("a series in memory", () => {
  const series = memorySeries("X", columns);
  it("lists its columns, times first", () => {
    assert.deepEqual(series.columns, [
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
      { name: "size", type: "int32" },
    ]);
  });
  it("goes through any rows in blocks", () => {
    const blocks = [...series.blocks({ columns: ["timestamp", "close"], from: 1, blockLength: 1 })];
    assert.deepEqual(
      blocks.map((block) => [block.row, block.length, block.values("close")[0], block.times()[0]]),
      [
        [1, 1, 11, 2n],
        [2, 1, 12, 4_294_967_297n],
      ],
    );
    assert.deepEqual(
      [...Array(2).keys()].map((i) => blocks[1]?.timeWords()[i]),
      [1, 1],
    );
  });
  it("refuses what was not asked for and what lies outside", () => {
    const [block] = series.blocks({ columns: ["close"] });
    assert.throws(() => block?.times(), code("ATC_INVALID_ARGUMENT"));
    assert.throws(() => block?.values("size"), code("ATC_INVALID_ARGUMENT"));
    assert.throws(() => series.window("close", 2, 2), code("ATC_INVALID_ARGUMENT"));
    assert.throws(() => series.window("timestamp", 0, 1), code("ATC_INVALID_ARGUMENT"));
    assert.throws(() => [...series.blocks({ columns: [], to: 4 })], code("ATC_INVALID_ARGUMENT"));
    assert.equal(series.window("size", 1, 2)[1], 3);
  });
  it("takes times of ticks as nanoseconds", () => {
    const ticks = memorySeries("X", columns, "ticks");
    const [block] = ticks.blocks({ columns: ["timestamp"] });
    assert.deepEqual([ticks.columns[0]?.type, block?.times()[1]], ["timestamp[ns]", 2_000_000n]);
  });
  for (const [what, wrong] of Object.entries<MemoryColumns>({
    "no times": { close: [1] },
    "no rows": { timestamp: [], close: [] },
    "unequal lengths": { timestamp: [1, 2], close: [1] },
    "times that go back": { timestamp: [2, 1], close: [1, 2] },
  }))
    it(`refuses ${what}`, () => {
      assert.throws(() => memorySeries("X", wrong), code("ATC_INVALID_DATA"));
    });
});

describe("a dataset in memory", () => {
  it("describes itself", () => {
    const { manifest } = memoryDataset({ b: columns, A: columns }, { name: "mine" });
    assert.deepEqual([manifest.name, manifest.rows, manifest.schema.kind], ["mine", 6, "bars"]);
    assert.deepEqual(manifest.series[0], { symbol: "A", rows: 3, firstTime: 1n, lastTime: 4_294_967_297n });
  });
  it("is closed once disposed", () => {
    const data = memoryDataset({ A: columns });
    const series = data.series("A");
    const blocks = series.blocks({ columns: ["close"], blockLength: 1 })[Symbol.iterator]();
    blocks.next();
    data[Symbol.dispose]();
    data[Symbol.dispose]();
    assert.throws(() => blocks.next(), code("ATC_CLOSED"));
    assert.throws(() => series.window("close", 0, 1), code("ATC_CLOSED"));
    assert.throws(() => data.symbols(), code("ATC_CLOSED"));
    assert.throws(() => data.series("A"), code("ATC_CLOSED"));
  });
});
