import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BloscCname, blosc, type Shuffle } from "../src/index.ts";
import { readHeader } from "../src/layout/frame-header.ts";
import { blockCodecs } from "./block-codecs.ts";
import { errorCode } from "./error-code.ts";

interface FixtureCase {
  readonly name: string;
  readonly content: string;
  readonly cname: BloscCname;
  readonly shuffle: Shuffle;
  readonly typesize: number;
  readonly clevel: number;
  readonly blocksize: number;
  readonly sha256: string;
}

const root = new URL("../../../fixtures/blosc/", import.meta.url);
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, root)));
const { cases } = JSON.parse(new TextDecoder().decode(read("cases.json"))) as {
  readonly cases: readonly FixtureCase[];
};
const codec = blosc({}, blockCodecs);

describe("frames of python-blosc", () => {
  it("are all listed, with their hashes", () => {
    expect(cases.length).toBeGreaterThanOrEqual(70);
    expect(readdirSync(new URL("frames/", root)).sort()).toEqual(cases.map(({ name }) => `${name}.blosc`).sort());
    for (const { name, sha256 } of cases)
      expect(
        createHash("sha256")
          .update(read(`frames/${name}.blosc`))
          .digest("hex"),
      ).toBe(sha256);
  });

  for (const { name, content } of cases) {
    it(`are restored: ${name}`, () => {
      const frame = read(`frames/${name}.blosc`);
      const expected = read(`${content}.bin`);
      expect(codec.decodedLength(frame)).toBe(expected.length);
      expect(Buffer.compare(codec.decode(frame), expected)).toBe(0);
    });
  }

  it("have the same header as ours for the same arguments", () => {
    for (const { name, content, cname, shuffle, typesize, clevel, blocksize } of cases) {
      const theirs = readHeader(read(`frames/${name}.blosc`));
      const options = { cname, shuffle, clevel, ...(blocksize === 0 ? {} : { blocksize }) };
      const ours = readHeader(blosc(options, blockCodecs).encode(read(`${content}.bin`), { typesize }));
      // The encoder decides whether a block shrinks at all.
      expect({ name, ...ours, stored: theirs.stored }).toEqual({ name, ...theirs });
    }
  });

  it("of an algorithm that is not installed name the package to install", () => {
    const zlibOnly = blosc(
      {},
      blockCodecs.filter(({ name }) => name === "zlib"),
    );
    expect(() => zlibOnly.decode(read("frames/rows-zstd-shuffle-blocks.blosc"))).toThrow(
      "no block codec of that name was given; install @atc/codec-zstd, and in code pass its zstdBlock() to blosc()",
    );
    expect(errorCode(() => zlibOnly.decode(read("frames/rows-lz4hc-shuffle-blocks.blosc")))).toBe("ATC_MISSING_PLUGIN");
    expect(zlibOnly.decode(read("frames/short-zstd.blosc"))).toEqual(read("short.bin"));
  });
});
