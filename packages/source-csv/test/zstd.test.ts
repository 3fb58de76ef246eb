import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Encoder } from "@toondepauw/node-zstd";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { csv } from "../src/index.ts";
import { zstdPieces } from "../src/zstd/zstd-pieces.ts";
import { failure, fileOf, read, twoBars } from "./temporary-file.ts";

const { create64, h64Raw } = await xxhash();

/** Decodes bytes that arrive in pieces of `pieceLength`. */
async function decoded(bytes: Uint8Array, pieceLength = 65_536): Promise<Buffer> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
  }
  const found: Buffer[] = [];
  for await (const piece of zstdPieces(pieces(), async () => create64())) found.push(Buffer.from(piece));
  return Buffer.concat(found);
}

function compressed(content: string | Uint8Array, level = 3): Buffer {
  return new Encoder(level).encodeSync(Buffer.from(content as string));
}

const magic = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);

interface FrameParts {
  /** The descriptor of the header, and the bytes after it. */
  readonly header?: readonly number[];
  readonly hasChecksum?: boolean;
}

/** A frame of raw blocks, with a window of 1 MiB unless the header says otherwise. */
function rawFrame(content: Uint8Array, { header, hasChecksum = false }: FrameParts = {}): Buffer {
  const parts: Buffer[] = [magic, Buffer.from(header ?? [hasChecksum ? 4 : 0, 80])];
  for (let at = 0; at === 0 || at < content.length; at += 100_000) {
    const block = content.subarray(at, at + 100_000);
    const head = (block.length << 3) | (at + 100_000 >= content.length ? 1 : 0);
    parts.push(Buffer.of(head & 255, (head >> 8) & 255, head >> 16), Buffer.from(block));
  }
  if (hasChecksum) {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(Number(h64Raw(content) & 0xffff_ffffn));
    parts.push(checksum);
  }
  return Buffer.concat(parts);
}

function skippable(length: number): Buffer {
  const bytes = Buffer.alloc(8 + length, 7);
  bytes.writeUInt32LE(0x184d_2a53, 0);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

const rows = Array.from({ length: 20_000 }, (_, i) => `S${i % 7},${1_700_000_000 + i * 60},${(i * i) % 977}.25,${i}\n`);
const manyBars = `symbol,timestamp,close,volume\n${rows.join("")}`;

describe("decodes", () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .array(fc.constantFrom("2024-01-02,", "1.25", "1.50\n", "AAPL,", "9"), { maxLength: 2000 })
      .map((parts) => Buffer.from(parts.join(""))),
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 2000 }))
      .map(([part, times]) => Buffer.concat(Array.from({ length: times }, () => part))),
  );

  it("any content of any level, in pieces of any length", async () => {
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.integer({ min: 1, max: 22 }),
        fc.integer({ min: 1, max: 5000 }),
        async (bytes, level, length) => {
          expect((await decoded(compressed(bytes, level), length)).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([1, 3, 12, 19])("many blocks of level %i", async (level) => {
    expect((await decoded(compressed(manyBars.repeat(4), level))).toString()).toBe(manyBars.repeat(4));
  });

  it.each(["check.zst", "long.zst", "size.zst"])("%s of the program zstd", async (name) => {
    const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url));
    expect((await decoded(bytes)).toString()).toBe(manyBars.slice(0, 200_000));
  });

  it("frames of raw blocks that exceed their window several times", async () => {
    const long = Buffer.from(manyBars.repeat(10));
    expect((await decoded(rawFrame(long, { header: [0, 0] }))).equals(long)).toBe(true);
  });

  it("random bytes, which do not compress", async () => {
    const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => Math.imul(i + 1, 0x9e37_79b1) >>> 24);
    expect((await decoded(compressed(bytes))).equals(bytes)).toBe(true);
  });
});

describe("a CSV file in Zstandard", () => {
  it("is read as the plain file, and its symbol is the name without its endings", async () => {
    const text = twoBars.replaceAll(/^(?:symbol|AAA|BBB),/gm, "");
    const plain = await read(fileOf(text, "SPY.csv"));
    for (const name of ["SPY.csv.zst", "SPY.tsv.zst", "SPY.csv"]) {
      const found = await read(fileOf(compressed(text), name));
      expect(found).toMatchObject({ symbols: ["SPY", "SPY"], times: plain.times, numbers: plain.numbers });
    }
  });

  it("may have several frames, empty ones and frames without content", async () => {
    const half = manyBars.indexOf("\n", manyBars.length / 2);
    const bytes = Buffer.concat([
      ...[skippable(0), compressed(manyBars.slice(0, half)), skippable(300_000), compressed("")],
      ...[rawFrame(Buffer.from(manyBars.slice(half)), { hasChecksum: true }), skippable(5)],
    ]);
    const plain = await read(fileOf(manyBars));
    const found = await read(fileOf(bytes, "bars.csv.zst"));
    expect(found).toEqual({ ...plain, summary: { ...plain.summary, bytes: bytes.length, hash: found.summary?.hash } });
  });

  it("has the notes and bad rows of gzip", async () => {
    const text =
      "# made by hand\ndate,close,comment\n2024-01-02 09:30,1,x\n2024-01-02 09:31,y,x\n2024-01-02 09:32,2,x\n";
    const options = { badRows: "skip", symbol: "A" } as const;
    await using zst = await csv(fileOf(compressed(text), "a.csv.zst"), options);
    await using gz = await csv(fileOf(gzipSync(text), "a.csv.gz"), options);
    expect(zst.notes).toEqual(gz.notes);
    expect(zst.notes?.join()).toContain("no zone");
    const path = fileOf(compressed(text), "a.csv.zst");
    expect((await read(path, options)).badRows).toEqual([{ line: 4, column: "close", reason: "number", text: "y" }]);
  });

  it("is read from its start by one thread", async () => {
    await using source = await csv(fileOf(compressed(manyBars), "a.csv.zst"));
    expect(await source.slices?.({ length: 1000 })).toBeUndefined();
  });
});

describe("refuses", () => {
  it("a file that is cut anywhere", async () => {
    const whole = compressed(manyBars.slice(0, 5000));
    for (let length = 1; length < whole.length; length++)
      await expect(decoded(whole.subarray(0, length)), `of ${length} bytes`).rejects.toThrow(/ends within|instead of/);
    const error = await failure(read(fileOf(compressed(manyBars).subarray(0, 50_000), "cut.csv.zst")));
    expect(error.code).toBe("ATC_CORRUPT_DATA");
    expect(error.message).toMatch(/cut\.csv\.zst.*Zstandard file \(it ends within a frame\).*zstd -t/);
  });

  it("a wrong checksum, a wrong length and bytes after the last frame", async () => {
    const whole = rawFrame(Buffer.from(twoBars), { hasChecksum: true });
    expect((await decoded(whole)).toString()).toBe(twoBars);
    const flipped = Buffer.from(whole);
    flipped[60] = (flipped[60] as number) ^ 1;
    await expect(decoded(flipped)).rejects.toThrow("checksum");
    await expect(decoded(rawFrame(Buffer.from("abc"), { header: [0x20, 4] }))).rejects.toThrow("3 bytes instead of 4");
    await expect(decoded(Buffer.concat([whole, Buffer.from("date,close")]))).rejects.toThrow("not a frame");
    for (const bytes of [flipped, Buffer.concat([whole, Buffer.from("date,close")])])
      expect((await failure(read(fileOf(bytes, "a.csv.zst")))).code).toBe("ATC_CORRUPT_DATA");
  });

  it("a window above 128 MiB and a dictionary, and names the remedy", async () => {
    const large = await failure(
      read(fileOf(rawFrame(Buffer.from(twoBars), { header: [0, (28 - 10) << 3] }), "a.csv.zst")),
    );
    expect(large.code).toBe("ATC_UNSUPPORTED");
    expect(large.message).toMatch(/256 MiB.*at most 128 MiB.*--long=27/);
    expect((await decoded(rawFrame(Buffer.from(twoBars), { header: [0, (27 - 10) << 3] }))).toString()).toBe(twoBars);
    const dictionary = await failure(read(fileOf(rawFrame(Buffer.from(twoBars), { header: [1, 80, 9] }), "a.csv.zst")));
    expect([dictionary.code, dictionary.message]).toEqual(["ATC_UNSUPPORTED", expect.stringContaining("dictionary")]);
  });

  it("damage with an error of its own, whichever bits are flipped", async () => {
    const whole = [1, 19].map((level) => compressed(manyBars.slice(0, 60_000), level));
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), flips, async (bytes, places) => {
        const damaged = Buffer.from(bytes);
        for (const [at, bit] of places)
          damaged[at % bytes.length] = (damaged[at % bytes.length] as number) ^ (1 << bit);
        // Without a checksum, damage may give other content.
        const error: unknown = await decoded(damaged).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toMatchObject({ name: "ZstdFault" });
      }),
      { numRuns: 300 },
    );
  });
});
