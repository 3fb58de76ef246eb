import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lz4 } from "@atc/codec-lz4";
import { encodeArrow, mmapStore } from "@atc/mmap-store";
import { afterAll, expect, it } from "vitest";
import { arrow } from "../src/index.ts";

const directory = mkdtempSync(join(tmpdir(), "atc-segments-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("reads a segment of a dataset back, one long record batch of many symbols", async () => {
  const store = mmapStore({ directory });
  const columns = [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
    { name: "volume", type: "float64" },
  ] as const;
  const rows = 90_000;
  const series = ["AAA", "BBB"].map((symbol) => ({ symbol, rows }));
  const lock = await store.lock("prices");
  const writer = await store.create(lock, { schema: { kind: "bars", columns }, fingerprint: "1", series });
  for (const { symbol } of series)
    await writer.write(symbol, 0, {
      timestamp: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) * 60_000n),
      close: Float64Array.from({ length: rows }, (_, i) => i / 4),
      volume: Float64Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? Number.NaN : i)),
    });
  await writer.publish();
  await lock[Symbol.asyncDispose]();
  const segment = readdirSync(join(directory, "prices"), { recursive: true }).find((name) =>
    String(name).endsWith(".arrow"),
  );
  await using source = await arrow(join(directory, "prices", String(segment)));
  const counts = new Map<string, number>();
  let sum = 0;
  for await (const { symbol, columns: chunk, length } of source.chunks())
    for (let row = 0; row < length; row++) {
      const name = symbol.values[symbol.indices[row] as number] ?? "?";
      const at = counts.get(name) ?? 0;
      if (chunk["timestamp"]?.[row] !== BigInt(at) * 60_000n || chunk["close"]?.[row] !== at / 4)
        throw new Error(`row ${at}`);
      sum += Number.isNaN(chunk["volume"]?.[row]) ? 1 : 0;
      counts.set(name, at + 1);
    }
  expect([...counts]).toEqual([
    ["AAA", rows],
    ["BBB", rows],
  ]);
  expect(sum).toBe(60_000);
  await store[Symbol.asyncDispose]();
});

it("reads an exported table", async () => {
  const path = join(directory, "export.arrow");
  const pieces = encodeArrow({
    columns: [
      { name: "symbol", type: "text", values: { indices: Int32Array.of(0, 1, -1), values: ["A", "B"] } },
      { name: "timestamp", type: "timestamp[ns]", values: BigInt64Array.of(1n, 2n, 3n) },
      { name: "price", type: "float64", values: Float64Array.of(1, 2, 3) },
    ],
  });
  writeFileSync(path, Buffer.concat(pieces));
  await using source = await arrow(path, { badRows: "skip" });
  expect(source.kind).toBe("ticks");
  for await (const { length, symbol } of source.chunks()) expect([length, symbol.values]).toEqual([2, ["A", "B"]]);
});

const shared = fileURLToPath(new URL("../../../../shared/data/odd/ETH_BTC-5m.feather", import.meta.url));
it.skipIf(!existsSync(shared))("reads a Feather file of freqtrade (needs ../shared)", async () => {
  await using source = await arrow(shared, { codec: () => lz4(), symbolPattern: "^(\\w+)_(\\w+)-" });
  expect(source.columns.map(({ name }) => name)).toEqual([
    "symbol",
    "timestamp",
    "open",
    "high",
    "low",
    "close",
    "volume",
  ]);
  for await (const { length, symbol, columns } of source.chunks()) {
    expect([length, symbol.values]).toEqual([5760, ["ETH/BTC"]]);
    expect(columns["timestamp"]?.[0]).toBe(BigInt(Date.parse("2018-01-10T04:55Z")));
    expect(columns["timestamp"]?.[length - 1]).toBe(BigInt(Date.parse("2018-01-30T04:50Z")));
  }
});
