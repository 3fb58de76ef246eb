import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Progress, VerifyReport } from "@atc/contract";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type MmapStore, mmapStore } from "../src/index.ts";
import { formatManifest, parseManifest } from "../src/manifest/manifest.ts";
import type { StoredManifest } from "../src/manifest/stored-manifest.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const code = (expected: string) => expect.objectContaining({ code: expected });

interface Sample {
  readonly store: MmapStore;
  readonly manifestPath: string;
  readonly stored: StoredManifest;
  pathOf(segment: number): string;
}

async function published(rows: Readonly<Record<string, number>> = { A: 2000, B: 5, C: 9 }): Promise<Sample> {
  const directory = newDirectory();
  const store = mmapStore({ directory, segmentBytes: 16_384 });
  await publishBars(store, "d", rows);
  const manifestPath = join(directory, "d", "manifest.json");
  const stored = parseManifest(readFileSync(manifestPath), manifestPath);
  return { store, manifestPath, stored, pathOf: (i) => join(directory, "d", stored.segments[i]?.file ?? "") };
}

/** Changes bytes of a segment and adapts the manifest, so that only a check of the content finds them. */
function rewriteSealed({ stored, manifestPath, pathOf }: Sample, index: number, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(pathOf(index));
  change(bytes);
  chmodSync(pathOf(index), 0o644);
  writeFileSync(pathOf(index), bytes);
  const checksum = crc32(bytes).toString(16).padStart(8, "0");
  const segments = stored.segments.map((segment, i) => (i === index ? { ...segment, crc32: checksum } : segment));
  writeFileSync(manifestPath, formatManifest({ ...stored, segments }));
}

function segmentsOf({ faults }: VerifyReport): readonly string[] {
  return [...new Set(faults.map(({ segment }) => segment))];
}

describe("verify", () => {
  it("finds no fault in a published dataset", async () => {
    const { store, stored } = await published();
    expect(await store.verify("d")).toEqual({
      name: "d",
      generation: 1,
      segments: stored.segments.length,
      bytes: stored.segments.reduce((sum, { bytes }) => sum + bytes, 0),
      faults: [],
    });
  });

  it("finds any flipped bit, and names the segment and its symbols", async () => {
    const { store, stored, pathOf } = await published();
    const last = stored.segments.length - 1;
    const whole = readFileSync(pathOf(last));
    chmodSync(pathOf(last), 0o644);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        writeFileSync(pathOf(last), flipped);
        const report = await store.verify("d");
        expect(segmentsOf(report)).toEqual([stored.segments[last]?.file]);
        expect(report.faults[0]?.symbols).toEqual(["B", "C"]);
        expect(report.faults[0]?.message).toMatch(/seg-1-\d+\.arrow.*; ingest the dataset again/);
      }),
      { numRuns: 200 },
    );
    writeFileSync(pathOf(last), whole);
    expect((await store.verify("d")).faults).toEqual([]);
  });

  it("finds wrong content despite a valid checksum", async () => {
    const sample = await published({ A: 3, B: 2 });
    const [offsets] = sample.stored.segments.map((segment) => segment.offsets);
    const whole = readFileSync(sample.pathOf(0));
    for (const [what, change] of [
      ["the symbols' rows", (bytes: Buffer) => bytes.writeInt32LE(1, offsets?.["symbol"] ?? 0)],
      ["a symbol that the dictionary lacks", (bytes: Buffer) => bytes.writeInt32LE(9, offsets?.["symbol"] ?? 0)],
      ["a first time", (bytes: Buffer) => bytes.writeBigInt64LE(-5n, offsets?.["timestamp"] ?? 0)],
      ["a time going back", (bytes: Buffer) => bytes.writeBigInt64LE(-5n, (offsets?.["timestamp"] ?? 0) + 8)],
      ["a last time", (bytes: Buffer) => bytes.writeBigInt64LE(10n ** 15n, (offsets?.["timestamp"] ?? 0) + 16)],
      ["a symbol's text", (bytes: Buffer) => bytes.write("Z", bytes.indexOf("AB"))],
      ["the closing magic", (bytes: Buffer) => bytes.write("x", bytes.length - 1)],
      ["the footer's length", (bytes: Buffer) => bytes.writeInt32LE(-1, bytes.length - 10)],
      ["a column's name", (bytes: Buffer) => bytes.write("clone", bytes.lastIndexOf("close"))],
    ] as const) {
      rewriteSealed(sample, 0, (bytes) => {
        whole.copy(bytes);
        change(bytes);
      });
      const { faults } = await sample.store.verify("d");
      expect(faults, what).toHaveLength(1);
      expect(faults[0]?.segment, what).toBe("seg-1-0.arrow");
    }
  });

  it("ends with a report, whatever the metadata of a segment claims", async () => {
    const sample = await published({ A: 3, B: 2 });
    const whole = readFileSync(sample.pathOf(0));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
        rewriteSealed(sample, 0, (bytes) => {
          whole.copy(bytes);
          bytes[at] = value;
        });
        for (const { segment } of (await sample.store.verify("d")).faults) expect(segment).toBe("seg-1-0.arrow");
      }),
      { numRuns: 150 },
    );
  });

  it("finds a manifest with other columns or a wrong order of a symbol's parts", async () => {
    const { store, stored, manifestPath } = await published();
    const columns = stored.columns.map(({ name, type }) => ({ name: name === "vote" ? "votes" : name, type }));
    const segments = stored.segments.map((segment) => {
      const { vote = 0, ...offsets } = segment.offsets;
      return { ...segment, offsets: { ...offsets, votes: vote } };
    });
    writeFileSync(manifestPath, formatManifest({ ...stored, columns, segments }));
    expect(segmentsOf(await store.verify("d"))).toEqual(stored.segments.map(({ file }) => file));
    const series = stored.series.map(({ symbol, parts }) => ({ symbol, parts: parts.toReversed() }));
    writeFileSync(manifestPath, formatManifest({ ...stored, series }));
    const { faults } = await store.verify("d");
    expect(faults.length).toBeGreaterThan(0);
    for (const { symbols } of faults) expect(symbols).toEqual(["A"]);
  });

  it("reports a segment that is missing, shorter or longer, and continues with the others", async () => {
    const { store, stored, pathOf } = await published();
    rmSync(pathOf(0));
    chmodSync(pathOf(1), 0o644);
    truncateSync(pathOf(1), 100);
    chmodSync(pathOf(2), 0o644);
    writeFileSync(pathOf(2), Buffer.concat([readFileSync(pathOf(2)), Buffer.of(0)]));
    const report = await store.verify("d");
    expect(segmentsOf(report)).toEqual(stored.segments.slice(0, 3).map(({ file }) => file));
  });

  it("throws if there is no dataset or no readable manifest", async () => {
    const { store, manifestPath } = await published();
    await expect(store.verify("none")).rejects.toThrow(code("ATC_NOT_FOUND"));
    writeFileSync(manifestPath, "{}");
    await expect(store.verify("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
  });

  it("can be aborted and reports its progress", async () => {
    const { store, stored } = await published();
    await expect(store.verify("d", { signal: AbortSignal.abort() })).rejects.toThrow(code("ATC_ABORTED"));
    const progress: Progress[] = [];
    await store.verify("d", { onProgress: (now) => progress.push(now) });
    const total = stored.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(progress.at(-1)).toEqual({ phase: "verifying", done: total, total, unit: "bytes" });
    const controller = new AbortController();
    const stopped = store.verify("d", { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(code("ATC_ABORTED"));
  });

  it("verifies the new generation if the dataset is replaced meanwhile", async () => {
    const { store } = await published();
    let isReplaced = false;
    const replace = async (): Promise<void> => {
      for (let seed = 1; seed <= 10; seed++) await publishBars(store, "d", { A: 2000, B: 5 }, seed);
      isReplaced = true;
    };
    const replacing = replace();
    while (!isReplaced) expect((await store.verify("d")).faults).toEqual([]);
    await replacing;
  });
});
