import type { ColumnType, DatasetPlan, JsonObject } from "@atc/contract";
import { expect, it } from "vitest";
import { mmapStore } from "../src/index.ts";
import { barSchema, barsOf } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

async function create(plan: Partial<DatasetPlan>): Promise<void> {
  await using store = mmapStore({ directory: newDirectory() });
  const lock = await store.lock("d");
  await store.create(lock, { schema: barSchema, fingerprint: "", series: [{ symbol: "A", rows: 1 }], ...plan });
}

it.each<[ColumnType, string]>([
  ["int64", "ATC_UNSUPPORTED"],
  ["text", "ATC_UNSUPPORTED"],
  ["timestamp[ns]", "ATC_UNSUPPORTED"],
  ["float16" as ColumnType, "ATC_INVALID_ARGUMENT"],
])("refuses a column of type %s", async (type, expected) => {
  const columns = [...barSchema.columns, { name: "x", type }];
  await expect(create({ schema: { kind: "bars", columns } })).rejects.toThrow(code(expected));
});

it("refuses a column named symbol, which every segment has, and one without a name", async () => {
  for (const name of ["symbol", ""]) {
    const columns = [...barSchema.columns, { name, type: "float64" as const }];
    await expect(create({ schema: { kind: "bars", columns } })).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  }
});

it("refuses a lone surrogate in a symbol, and accepts a surrogate pair", async () => {
  await expect(create({ series: [{ symbol: "\ud83d", rows: 1 }] })).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  await create({ series: [{ symbol: "\ud83d\ude00", rows: 1 }] });
});

it("refuses attributes that JSON cannot represent, and can be published with others", async () => {
  await using store = mmapStore({ directory: newDirectory() });
  const lock = await store.lock("d");
  const series = [{ symbol: "A", rows: 1 }];
  const writer = await store.create(lock, { schema: barSchema, fingerprint: "", series });
  await writer.write("A", 0, barsOf(1, 0));
  const attributes = { count: 1n } as unknown as JsonObject;
  await expect(writer.publish(attributes)).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  expect(await store.list()).toEqual([]);
  const published = await writer.publish({ __proto__: null, "1": [Number.MAX_SAFE_INTEGER, "\u2028"], crc32: "x" });
  expect((await store.find("d"))?.attributes).toEqual(published.attributes);
});

it("keeps column names that are members of every JavaScript object", async () => {
  const names = ["constructor", "toString", "hasOwnProperty", "length"];
  const columns = [...barSchema.columns.slice(0, 1), ...names.map((name) => ({ name, type: "float64" as const }))];
  await using store = mmapStore({ directory: newDirectory() });
  const lock = await store.lock("d");
  const writer = await store.create(lock, {
    schema: { kind: "bars", columns },
    fingerprint: "",
    series: [{ symbol: "A", rows: 1 }],
  });
  const values = Object.fromEntries(names.map((name, i) => [name, Float64Array.of(i)]));
  await expect(writer.write("A", 0, { timestamp: BigInt64Array.of(0n) })).rejects.toThrow(code("ATC_INVALID_ARGUMENT"));
  await writer.write("A", 0, { timestamp: BigInt64Array.of(0n), ...values });
  await writer.publish();
  const dataset = await store.open("d");
  for (const [i, name] of names.entries()) expect(dataset.series("A").window(name, 0, 1)[0]).toBe(i);
  dataset[Symbol.dispose]();
});
