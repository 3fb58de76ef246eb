import { gzipSync } from "node:zlib";
import { dataSourceCases } from "@atc/testing";
import { describe, expect, it, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import plugins, { csv } from "../src/index.ts";
import { fileOf, read, twoBars } from "./temporary-file.ts";

// Megabytes are read; a busy machine or an emulator takes its time.
vi.setConfig({ testTimeout: 300_000 });

const symbols = ["A", "BB", "CCC", "LONGERTHAN8"];
const rows = Array.from(
  { length: 70_000 },
  (_, i) => `${symbols[i % 4]},${1_700_000_000 + i},${i / 8},${i % 9},${"NYQ"[i % 3]}`,
);
const text = `symbol,ts,price,size,exchange\n${rows.join("\n")}\n`;
const ticks = fileOf(text);
const compressed = fileOf(gzipSync(text));
const faulty = fileOf(text.replaceAll(/,(1\d{3})\.5,/g, ",$1.x,"));
const expected = { kind: "ticks", rows: 70_000, symbols } as const;

describe.each([
  [
    "ticks",
    () => csv(ticks, { text: "keep" }),
    { ...expected, columns: ["symbol", "timestamp", "close", "volume", "exchange"] },
  ],
  ["gzip", () => csv(compressed), { ...expected, columns: ["symbol", "timestamp", "close", "volume"] }],
  ["bad rows left out", () => csv(faulty, { badRows: "skip" }), { ...expected, rows: 69_000, badRows: 1000 }],
  ["bad rows with NaN", () => csv(faulty, { badRows: "nan" }), { ...expected, badRows: 1000 }],
  ["few bars", () => csv(fileOfBars), { kind: "bars", rows: 2, symbols: ["AAA", "BBB"] }],
] as const)("conformance: %s", (_, create, holds) => {
  for (const { name, run } of dataSourceCases(create, holds)) it(name, run);
});
const fileOfBars = fileOf(twoBars);

const extensions = manifest.atc.plugins.flatMap((plugin) => plugin.extensions ?? []);

it.each(extensions)("takes the symbol from a file's name without the ending %s of its manifest", async (extension) => {
  const found = await read(fileOf("date,close\n2024-01-01,1\n", `SPY${extension}`));
  expect(found.symbols).toEqual(["SPY"]);
});

it("declares its plugins in its manifest and creates a source with them", async () => {
  expect(manifest.atc.plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
  const create = plugins[0]?.create as unknown as (
    options: unknown,
    host: unknown,
  ) => Promise<Awaited<ReturnType<typeof csv>>>;
  const host = {};
  await using source = await create({ path: fileOfBars, badRows: "skip" }, host);
  expect(source.identity.parts).toMatchObject({ options: { badRows: "skip" } });
  await expect(async () => create({}, host)).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
});
