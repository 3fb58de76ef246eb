import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { mappingBackend, mmapStore, type SegmentBackend } from "../src/index.ts";
import { formatManifest, parseManifest } from "../src/manifest/manifest.ts";
import type { StoredManifest } from "../src/manifest/stored-manifest.ts";
import { publishBars } from "./sample-store.ts";
import { temporaryDirectories } from "./temporary-directory.ts";

vi.setConfig({ testTimeout: 300_000 });
const newDirectory = temporaryDirectories();
const backends: readonly SegmentBackend[] = mappingBackend().available ? ["mmap", "read"] : ["read"];
const code = (expected: string) => expect.objectContaining({ code: expected });

interface Damaged {
  readonly directory: string;
  readonly manifestPath: string;
  readonly text: string;
  readonly stored: StoredManifest;
}

async function published(): Promise<Damaged> {
  const directory = newDirectory();
  await publishBars(mmapStore({ directory, segmentBytes: 16_384 }), "d", { A: 2000, B: 5 });
  const manifestPath = join(directory, "d", "manifest.json");
  const text = readFileSync(manifestPath, "utf8");
  return { directory, manifestPath, text, stored: parseManifest(Buffer.from(text), manifestPath) };
}

function segmentPath({ directory, stored }: Damaged, index: number): string {
  return join(directory, "d", stored.segments[index]?.file ?? "");
}

describe.each(backends)("with backend %s", (backend) => {
  it("refuses to open a dataset with a segment that is shorter or longer", async () => {
    const damaged = await published();
    const path = segmentPath(damaged, 1);
    const whole = readFileSync(path);
    const store = mmapStore({ directory: damaged.directory, backend });
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 0), Buffer.concat([whole, Buffer.of(0)])]) {
      rmSync(path);
      writeFileSync(path, bytes);
      await expect(store.open("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    }
  });

  // Windows truncates no mapped file.
  it.skipIf(process.platform === "win32" && backend === "mmap")(
    "finds a segment that is truncated between two blocks",
    async () => {
      const damaged = await published();
      const dataset = await mmapStore({ directory: damaged.directory, backend }).open("d");
      const series = dataset.series("A");
      const iterator = series.blocks({ columns: ["close"], blockLength: 100 })[Symbol.iterator]();
      expect(iterator.next().value?.values("close")[99]).toBe(99 / 8);
      chmodSync(segmentPath(damaged, 0), 0o644);
      truncateSync(segmentPath(damaged, 0), 100);
      expect(() => iterator.next()).toThrow(code("ATC_CORRUPT_DATA"));
      expect(() => series.window("close", 0, 10)).toThrow(code("ATC_CORRUPT_DATA"));
      dataset[Symbol.dispose]();
    },
  );

  it("names a missing segment", async () => {
    const damaged = await published();
    rmSync(segmentPath(damaged, 1));
    const opening = mmapStore({ directory: damaged.directory, backend }).open("d");
    await expect(opening).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    await expect(opening).rejects.toThrow(damaged.stored.segments[1]?.file);
  });
});

describe("a damaged manifest", () => {
  it("is detected whichever byte flips", async () => {
    const { text } = await published();
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i++) {
      const flipped = Buffer.from(bytes);
      flipped[i] = (flipped[i] ?? 0) ^ 4;
      expect(() => parseManifest(flipped, "manifest.json"), `byte ${i}`).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ATC_(CORRUPT_DATA|UNSUPPORTED)$/) }),
      );
    }
  });

  it("is detected if it is empty, truncated or another document", async () => {
    const { directory, manifestPath, text } = await published();
    const store = mmapStore({ directory });
    for (const content of [
      "",
      "{}",
      "null",
      "[1]",
      '"x"',
      text.slice(0, -20),
      text.replace("atc-dataset", "other"),
      "\0\0",
    ]) {
      writeFileSync(manifestPath, content);
      await expect(store.find("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
      await expect(store.open("d")).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    }
  });

  it("is refused if its checksum is valid but its content is impossible", async () => {
    const { directory, manifestPath, stored } = await published();
    const store = mmapStore({ directory });
    const [segment] = stored.segments;
    const [series] = stored.series;
    if (segment === undefined || series === undefined) throw new RangeError("the sample has no segment");
    const withSegment = (changed: object) => ({
      ...stored,
      segments: [{ ...segment, ...changed }, ...stored.segments.slice(1)],
    });
    const withPart = (changed: object) => ({
      ...stored,
      series: [
        { ...series, parts: [{ ...series.parts[0], ...changed }, ...series.parts.slice(1)] },
        ...stored.series.slice(1),
      ],
    });
    const wrong: readonly object[] = [
      { ...stored, generation: 0 },
      { ...stored, kind: "quotes" },
      { ...stored, columns: [] },
      { ...stored, columns: [...stored.columns, { name: "x", type: "float128" }] },
      { ...stored, series: stored.series.toReversed() },
      { ...stored, series: stored.series.slice(1) },
      { ...stored, series: [null] },
      { ...stored, attributes: "x" },
      withSegment({ file: "../../../etc/passwd" }),
      withSegment({ file: "/etc/passwd" }),
      withSegment({ rows: segment.rows + 1 }),
      withSegment({ rows: 1e9 }),
      withSegment({ superseded: 1 }),
      withSegment({ superseded: -1 }),
      withSegment({ superseded: "0" }),
      withSegment({ bytes: -1 }),
      withSegment({ crc32: "nope" }),
      withSegment({ offsets: { ...segment.offsets, close: segment.bytes } }),
      withSegment({ offsets: { ...segment.offsets, close: -64 } }),
      withSegment({ offsets: { ...segment.offsets, close: 1 } }),
      withSegment({ offsets: {} }),
      withPart({ segment: 99 }),
      withPart({ row: -1 }),
      withPart({ rows: 1e9 }),
      withPart({ firstTime: "soon" }),
    ];
    for (const manifest of wrong) {
      writeFileSync(manifestPath, formatManifest(manifest as StoredManifest));
      await expect(store.find("d"), JSON.stringify(manifest).slice(0, 400)).rejects.toThrow(code("ATC_CORRUPT_DATA"));
    }
    writeFileSync(manifestPath, formatManifest(stored));
    expect((await store.find("d"))?.generation).toBe(1);
  });

  it("opens for its sound series, and refuses a faulty one when it is requested", async () => {
    const { directory, manifestPath, stored } = await published();
    const store = mmapStore({ directory });
    const broken = stored.series.map((series) =>
      series.symbol === "A"
        ? { ...series, parts: series.parts.map((part) => ({ ...part, row: part.row + 1 })) }
        : series,
    );
    writeFileSync(manifestPath, formatManifest({ ...stored, series: broken }));
    const dataset = await store.open("d");
    expect(dataset.series("B").length).toBe(5);
    expect(() => dataset.series("A")).toThrow(code("ATC_CORRUPT_DATA"));
    expect(() => dataset.symbols()).toThrow(code("ATC_CORRUPT_DATA"));
    expect(() => dataset.manifest.series).toThrow(code("ATC_CORRUPT_DATA"));
    expect(() => dataset.series("C")).toThrow(code("ATC_CORRUPT_DATA"));
    dataset[Symbol.dispose]();
  });

  it("is replaced by the next publication, which has a new generation number", async () => {
    const { directory, manifestPath } = await published();
    writeFileSync(manifestPath, "damaged");
    const store = mmapStore({ directory });
    const manifest = await publishBars(store, "d", { A: 10 });
    expect(manifest.generation).toBe(2);
    expect(readdirSync(join(directory, "d")).sort()).toEqual(["manifest.json", "seg-2-0.arrow"]);
    expect(await store.delete("d")).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("is deleted with its segments", async () => {
    const { directory, manifestPath } = await published();
    writeFileSync(manifestPath, "damaged");
    expect(await mmapStore({ directory }).delete("d")).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a manifest of a newer format", () => {
  it("is refused, and its dataset is not written over", async () => {
    const { directory, manifestPath, stored } = await published();
    const newer = formatManifest({ ...stored, formatVersion: 2 });
    writeFileSync(manifestPath, newer);
    const before = readdirSync(join(directory, "d")).sort();
    const store = mmapStore({ directory });
    await expect(store.find("d")).rejects.toThrow(code("ATC_UNSUPPORTED"));
    await expect(store.open("d")).rejects.toThrow(code("ATC_UNSUPPORTED"));
    await expect(publishBars(store, "d", { A: 10 })).rejects.toThrow(code("ATC_UNSUPPORTED"));
    expect(readdirSync(join(directory, "d")).sort()).toEqual(before);
    expect(readFileSync(manifestPath, "utf8")).toBe(newer);
  });
});

describe("the text of a manifest", () => {
  it("ends in the CRC-32 of all bytes before its last member", async () => {
    const { text } = await published();
    const at = text.lastIndexOf(' "crc32"');
    expect(text.slice(at)).toBe(` "crc32": "${crc32(text.slice(0, at)).toString(16).padStart(8, "0")}"\n}\n`);
  });
});
