import { expect, it } from "vitest";
import { chunkBuilder, noTime } from "../src/index.ts";

it.each([
  ["skip", [true, false, false, true, false]],
  ["nan", [true, false, true, true, true]],
] as const)("a builder says which rows stay if they have a time (%s)", (badRows, expected) => {
  const builder = chunkBuilder({
    source: "s",
    columns: [
      { name: "symbol", type: "text" },
      { name: "timestamp", type: "timestamp[ms]" },
      { name: "close", type: "float64" },
      { name: "volume", type: "float64" },
    ],
    capacity: 5,
    symbols: ["A", ""],
    dictionaries: {},
    badRows,
  });
  builder.symbols.set([0, 1, 0, 0, 0]);
  builder.columns["close"]?.set([1, 1, Number.NaN, 1, 1] as never);
  builder.columns["volume"]?.set([1, 1, 1, Number.NaN, Number.POSITIVE_INFINITY] as never);
  builder.times.fill(noTime);
  expect([0, 1, 2, 3, 4].map((row) => builder.isKept(row))).toEqual(expected);
});
