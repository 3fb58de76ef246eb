import type { DatasetManifest, JsonObject } from "@atc/contract";
import { expect, it } from "vitest";
import { datasetHistory } from "../src/index.ts";
import { appendedAttributes } from "../src/info/dataset-history.ts";

function manifest(attributes: JsonObject): DatasetManifest {
  const columns = [{ name: "timestamp", type: "timestamp[ms]" }] as const;
  const schema = { kind: "bars", columns } as const;
  const rest = { formatVersion: 1, generation: 1, fingerprint: "f", bytes: 8, series: [], createdAt: 0 };
  return { name: "d", schema, rows: 7, attributes, ...rest };
}

const append = {
  source: "new.csv",
  overlap: "restate",
  symbols: [
    { added: 2, restated: 1 },
    { added: 3, restated: 0 },
  ],
  counts: { rowsRead: 9, badRows: 1, dropped: 2 },
};
const record = { source: "new.csv", overlap: "restate", rowsRead: 9, badRows: 1, dropped: 2, added: 5, restated: 1 };

it("starts with the reading that made the dataset", () => {
  const before = manifest({ source: { name: "old.csv" }, report: {}, summary: {}, kept: 1 });
  const attributes = appendedAttributes(before, { rowsRead: 8, badRows: 0, dropped: 1 }, append);
  const first = { source: "old.csv", rowsRead: 8, badRows: 0, dropped: 1, added: 7, restated: 0 };
  expect(attributes).toEqual({ source: { name: "old.csv" }, kept: 1, readings: [first, record] });
});

it("keeps the first reading and the 99 newest ones", () => {
  let attributes: JsonObject = {};
  for (let i = 0; i < 120; i++)
    attributes = appendedAttributes(manifest(attributes), undefined, { ...append, source: `${i}.csv` });
  const history = datasetHistory(manifest(attributes));
  expect(history).toHaveLength(100);
  expect([history.at(0)?.source, history.at(1)?.source, history.at(-1)?.source]).toEqual(["", "21.csv", "119.csv"]);
});

it("ignores what is not a record", () => {
  expect(datasetHistory(manifest({}))).toEqual([]);
  expect(datasetHistory(manifest({ readings: "x" }))).toEqual([]);
  expect(datasetHistory(manifest({ readings: [1, null, [], record] }))).toEqual([record]);
});
