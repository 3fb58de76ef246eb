import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { BadRow } from "@atc/contract";
import { dataSourceCases } from "@atc/testing";
import plugins, { source } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "plugin-name-"));
after(() => rmSync(folder, { recursive: true }));

const good = join(folder, "good.plugin-name");
const days = Array.from({ length: 20_000 }, (_, day) => new Date(86_400_000 * day).toISOString().slice(0, 10));
writeFileSync(
  good,
  days.flatMap((day, i) => [`SPY;${day};${400 + (i % 7)}`, `QQQ;${day}T14:30:00Z;${300.5}`]).join("\n"),
);

const bad = join(folder, "bad.plugin-name");
writeFileSync(bad, "SPY;2024-01-02;471.5\r\n\r\nSPY;2024-02-30;472\r\nSPY;2024-01-04;n/a\r\nSPY;2024-01-05\r\n");

async function badLines(badRows: "skip" | "nan"): Promise<readonly [number, string][]> {
  await using opened = await source(bad, { badRows });
  const found: [number, string][] = [];
  const onBadRow = ({ line, reason }: BadRow): void => void found.push([line, reason]);
  for await (const { length } of opened.chunks({ onBadRow })) assert.equal(length, badRows === "skip" ? 1 : 2);
  return found;
}

describe("the laws of a source", () => {
  const expected = {
    kind: "bars",
    rows: 40_000,
    symbols: ["SPY", "QQQ"],
    columns: ["symbol", "timestamp", "close"],
  } as const;
  for (const { name, run } of dataSourceCases(() => source(good), expected)) void it(name, run);
});

describe("the laws of a source that skips rows", () => {
  const expected = { kind: "bars", rows: 1, symbols: ["SPY"], badRows: 3 } as const;
  for (const { name, run } of dataSourceCases(() => source(bad, { badRows: "skip" }), expected)) void it(name, run);
});

void it("package.json lists the plugins of the default export", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const listed = manifest.atc.plugins.map(({ kind, name }: { kind: string; name: string }) => ({ kind, name }));
  assert.deepEqual(
    listed,
    plugins.map(({ kind, name }) => ({ kind, name })),
  );
});

void it("names the line of a bad row", async () => {
  await using opened = await source(bad);
  await assert.rejects(
    async () => {
      for await (const _ of opened.chunks());
    },
    { code: "ATC_INVALID_DATA", message: /line 3/ },
  );
  assert.deepEqual(await badLines("skip"), [
    [3, "time"],
    [4, "number"],
    [5, "fields"],
  ]);
  assert.equal((await badLines("nan")).length, 3);
});

void it("refuses unknown options and separators", async () => {
  const given: object[] = [{ separator: "," }, { separatr: "|" }];
  for (const options of given) await assert.rejects(source(good, options), { code: "ATC_INVALID_ARGUMENT" });
});
