import { tableReaderCases } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { parquetReader, parquetWriter } from "../src/index.ts";
import { copyOf } from "./made-files.ts";

describe("conformance: Parquet", () => {
  const cases = tableReaderCases(() => parquetReader({ threads: 1 }), {
    async write(path, { numbers, texts, metadata }) {
      const values = Object.values(numbers);
      const length = values[0]?.length ?? 0;
      const file = await parquetWriter({ threads: 1 }).create(path, {
        schema: {
          kind: "bars",
          columns: [
            ...Object.keys(numbers).map((name) => ({ name, type: "float64" }) as const),
            ...Object.keys(texts).map((name) => ({ name, type: "text" }) as const),
          ],
        },
        texts,
        series: [{ symbol: "A", rows: length }],
        metadata,
      });
      await file.write("A", {
        ...Object.fromEntries(Object.entries(numbers).map(([name, all]) => [name, Float64Array.from(all)])),
        ...Object.fromEntries(Object.keys(texts).map((name) => [name, Int32Array.from({ length }, (_, i) => i)])),
      });
      await file.finish();
    },
  });
  for (const { name, run } of cases) it(name, run, 60_000);
});

it("reads integers, decimals and flags as numbers, missing values as NaN, and leaves out other columns", async () => {
  const path = await copyOf(
    "SELECT i::INTEGER AS i, (i / 4)::DECIMAL(9, 2) AS d, i > 1 AS b, CASE WHEN i = 1 THEN NULL ELSE 2.5 END AS n, [i] AS l, NULL::VARCHAR AS t FROM range(3) r(i)",
    "kinds.parquet",
  );
  await using table = await parquetReader({ threads: 1 }).open(path);
  expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "i float64",
    "d float64",
    "b float64",
    "n float64",
    "t text",
  ]);
  for await (const { values } of table.batches()) {
    expect(["i", "d", "b", "n"].map((name) => [...(values[name] as Float64Array)])).toEqual([
      [0, 1, 2],
      [0, 0.25, 0.5],
      [0, 0, 1],
      [2.5, Number.NaN, 2.5],
    ]);
    expect([...(values["t"] as { readonly indices: Int32Array }).indices]).toEqual([-1, -1, -1]);
  }
});
