import type { DatasetSchema } from "@atc/contract";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvTable } from "../src/data/csv-table.ts";

async function written(
  type: "timestamp[ms]" | "timestamp[ns]",
  times: BigInt64Array,
  close: Float64Array,
): Promise<string[]> {
  const schema: DatasetSchema = {
    kind: type === "timestamp[ns]" ? "ticks" : "bars",
    columns: [
      { name: "timestamp", type },
      { name: "close", type: "float64" },
    ],
  };
  let text = "";
  const table = await csvTable(
    { schema, series: [{ symbol: "A", rows: times.length }] },
    (piece) => {
      text += piece;
      return Promise.resolve();
    },
    () => Promise.resolve(),
  );
  await table.write("A", { timestamp: times, close });
  await table.finish();
  return text.trimEnd().split("\n").slice(1);
}

it("writes every time of a Date as a Date does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -8.64e15, max: 8.64e15 }), { minLength: 1 }), async (list) => {
      const lines = await written("timestamp[ms]", BigInt64Array.from(list, BigInt), new Float64Array(list.length));
      expect(lines).toEqual(list.map((ms) => `A,${new Date(ms).toISOString()},0`));
    }),
  );
});

it("writes nanoseconds either side of 1970 with nine digits", async () => {
  const lines = await written(
    "timestamp[ns]",
    BigInt64Array.of(-1n, 0n, 1_700_000_000_123_456_789n),
    new Float64Array(3),
  );
  expect(lines.map((line) => line.split(",")[1])).toEqual([
    "1969-12-31T23:59:59.999999999Z",
    "1970-01-01T00:00:00.000000000Z",
    "2023-11-14T22:13:20.123456789Z",
  ]);
});

it("writes doubles that read back bit for bit, and nothing for NaN", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double(), { minLength: 1 }), async (list) => {
      const lines = await written("timestamp[ms]", new BigInt64Array(list.length), Float64Array.from(list));
      const read = lines
        .map((line) => line.split(",")[2] ?? "")
        .map((field) => (field === "" ? Number.NaN : Number(field)));
      expect(read).toEqual(list);
    }),
  );
});
