import { readFileSync } from "node:fs";
import {
  AtcError,
  type BlockCodec,
  isAtcError,
  type Plugin,
  type PluginHost,
  type PluginManifest,
} from "@atc/contract";
import { describe, expect, it } from "vitest";
import plugins, { type BloscOptions, blosc, bloscAlgorithms } from "../src/index.ts";
import { blockCodecs } from "./block-codecs.ts";
import { errorCode } from "./error-code.ts";

function hostWith(names: readonly string[]): PluginHost {
  const find = async (kind: string, name: string): Promise<BlockCodec> => {
    const codec =
      kind === "block-codec" && names.includes(name) ? blockCodecs.find((each) => each.name === name) : undefined;
    if (codec === undefined) throw new AtcError("ATC_MISSING_PLUGIN", `"${name}" is not installed`);
    return codec;
  };
  return { find: find as PluginHost["find"], warn: () => undefined };
}

const [plugin] = plugins as unknown as readonly [Plugin<"codec", BloscOptions | undefined>];

async function codeOfCreate(options: BloscOptions | undefined, names: readonly string[]): Promise<string> {
  try {
    await plugin.create(options, hostWith(names));
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}

const prices = new Uint8Array(Float64Array.from({ length: 5000 }, (_, i) => 30_000 + Math.round(i * 7.3) / 100).buffer);

describe("blosc", () => {
  it("refuses options out of range", () => {
    const wrong: readonly object[] = [
      { clevel: 10 },
      { clevel: -1 },
      { clevel: 1.5 },
      { typesize: 0 },
      { typesize: 256 },
      { blocksize: 127 },
      { blocksize: 2 ** 31 },
      { shuffle: "byteshuffle" },
      { cname: "zsdt" },
    ];
    for (const options of wrong) expect(errorCode(() => blosc(options, blockCodecs))).toBe("ATC_INVALID_ARGUMENT");
  });

  it("starts from a preset, which other options override", () => {
    const header = (options: BloscOptions) => {
      const frame = blosc(options, blockCodecs).encode(new Uint8Array(2 ** 21), { typesize: 8 });
      return [(frame[2] as number) >> 5, (frame[2] as number) & 23, new DataView(frame.buffer).getUint32(8, true)];
    };
    expect(header({ preset: "fast" })).toEqual([4, 20, 2 ** 20]);
    expect(header({ preset: "fast", cname: "zlib", blocksize: 2 ** 16 })).toEqual([3, 4, 2 ** 19]);
    expect(header({ preset: "compat", cname: "zstd" })).toEqual(header({ cname: "zstd" }));
    expect(header({})).toEqual([1, 1, 2 ** 20]);
    expect(header({ preset: "fast", shuffle: "shuffle" })).toEqual(header({ cname: "zstd", clevel: 1 }));
    expect(errorCode(() => blosc({ preset: "fastest" as "fast" }, blockCodecs))).toBe("ATC_INVALID_ARGUMENT");
    expect(errorCode(() => blosc({ preset: "fast" }, []))).toBe("ATC_MISSING_PLUGIN");
  });

  it("bit-shuffles nearly all elements of any count with its preset fast", () => {
    const codecs = (["zstd", "lz4"] as const).map((cname) => blosc({ preset: "fast", cname }, blockCodecs));
    const times = new Uint8Array(
      BigInt64Array.from({ length: 600_000 }, (_, i) => BigInt(1_700_000_000_000 + 60_000 * i)).buffer,
    );
    for (const typesize of [8, 4])
      for (const length of [8, 60, 64, 8 * 45_031, 8 * 131_073, 8 * 262_143, 8 * 600_000 - 3]) {
        const bytes = times.subarray(0, length);
        for (const codec of codecs) {
          const frame = codec.encode(bytes, { typesize });
          expect(Buffer.compare(codec.decode(frame), bytes)).toBe(0);
          expect(new DataView(frame.buffer).getUint32(8, true)).toBeLessThanOrEqual(2 ** 20);
          if (length > 1000) expect(bytes.length / frame.length).toBeGreaterThan(15);
        }
      }
  });

  it("suggests an algorithm for a misspelled one", () => {
    expect(() => blosc({ cname: "zsdt" as "zstd" }, blockCodecs)).toThrow('did you mean "zstd"?');
  });

  it("refuses a typesize out of range at each encode", () => {
    const codec = blosc({}, blockCodecs);
    for (const typesize of [0, 256, 1.5])
      expect(errorCode(() => codec.encode(prices, { typesize }))).toBe("ATC_INVALID_ARGUMENT");
  });

  it("writes blosclz without any block codec, and if none is named", () => {
    for (const options of [{ cname: "blosclz" }, {}] as const) {
      const codec = blosc(options);
      const frame = codec.encode(prices, { typesize: 8 });
      expect((frame[2] as number) >> 5).toBe(0);
      expect(frame.length).toBeLessThan(prices.length / 2);
      expect(Buffer.compare(codec.decode(frame), prices)).toBe(0);
    }
  });

  it("names the package of a block codec that was not given", () => {
    expect(errorCode(() => blosc({ cname: "zstd" }, []))).toBe("ATC_MISSING_PLUGIN");
    expect(() => blosc({ cname: "zstd" }, [])).toThrow(
      "install @atc/codec-zstd, and in code pass its zstdBlock() to blosc()",
    );
  });

  it("shuffles by the typesize of each encode, or else its own", () => {
    const codec = blosc({ cname: "lz4", typesize: 8 }, blockCodecs);
    expect(codec.encode(prices)).toEqual(codec.encode(prices, { typesize: 8 }));
    expect(codec.encode(prices)[3]).toBe(8);
    expect(codec.encode(prices, { typesize: 4 })[3]).toBe(4);
    expect(codec.encode(prices).length).toBeLessThan(codec.encode(prices, { typesize: 1 }).length);
  });

  it("never writes more than 16 bytes over the content", () => {
    const noise = Uint8Array.from({ length: 100_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) ^ (i * i));
    for (const { name } of blockCodecs) {
      const codec = blosc({ cname: name as "lz4", shuffle: "noshuffle" }, blockCodecs);
      for (const length of [0, 1, 127, 128, 129, 100_000])
        expect(codec.encode(noise.subarray(0, length)).length).toBeLessThanOrEqual(length + 16);
    }
  });

  it("writes the same 16 bytes as c-blosc for empty content", () => {
    const frame = blosc({ cname: "lz4" }, blockCodecs).encode(new Uint8Array(0), { typesize: 8 });
    expect([...frame]).toEqual([2, 1, 51, 8, 0, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0]);
  });

  it("declares no length for bytes of another format", () => {
    expect(blosc({}, blockCodecs).decodedLength(prices)).toBeUndefined();
  });
});

describe("the plugin", () => {
  it("is listed in package.json", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect((manifest.atc as PluginManifest).plugins.map(({ kind, name }) => ({ kind, name }))).toEqual(
      plugins.map(({ kind, name }) => ({ kind, name })),
    );
  });

  it("requests the block codec from its host and reads all installed ones", async () => {
    const writer = await plugin.create({ cname: "zlib" }, hostWith(["zlib", "zstd"]));
    const other = blosc({ cname: "zstd" }, blockCodecs).encode(prices, { typesize: 8 });
    expect(writer.encode(prices)[2]).toBe((3 << 5) | 1);
    expect(Buffer.compare(writer.decode(other), prices)).toBe(0);
    const lz4 = blosc({ cname: "lz4" }, blockCodecs).encode(prices);
    expect(errorCode(() => writer.decode(lz4))).toBe("ATC_MISSING_PLUGIN");
  });

  it("writes with the fastest installed algorithm if none is named", async () => {
    const formats = [["lz4", "zlib"], ["zlib", "zstd"], ["zlib"], []].map(async (names) => {
      const codec = await plugin.create(undefined, hostWith(names));
      return (codec.encode(prices)[2] as number) >> 5;
    });
    expect(await Promise.all(formats)).toEqual([1, 4, 3, 0]);
  });

  it("fails if its block codec is not installed", async () => {
    expect(await codeOfCreate({ cname: "zstd" }, ["zlib"])).toBe("ATC_MISSING_PLUGIN");
    expect(await codeOfCreate({ cname: "blosclz" }, [])).toBe("no error");
    expect(await codeOfCreate({ clevel: 10 }, ["lz4"])).toBe("ATC_INVALID_ARGUMENT");
  });

  it("lists the package of each algorithm", () => {
    const packages = Object.values(bloscAlgorithms).map(({ package: name }) => name);
    expect(packages).toEqual([
      "@atc/codec-blosc",
      "@atc/codec-lz4",
      "@atc/codec-lz4",
      "@atc/codec-snappy",
      "@atc/codec-zlib",
      "@atc/codec-zstd",
    ]);
  });
});
