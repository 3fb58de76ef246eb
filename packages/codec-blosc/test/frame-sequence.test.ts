import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lz4Block } from "@atc/codec-lz4";
import { zstdBlock } from "@atc/codec-zstd";
import { codecCases } from "@atc/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bloscOf } from "../src/blosc.ts";
import { blosc } from "../src/index.ts";
import { errorCode } from "./error-code.ts";

const codecs = [lz4Block(), zstdBlock()];
/** Frames of 1,000 bytes instead of 2^31 - 17, so that short content requires several. */
const short = bloscOf({ cname: "lz4" }, codecs, { largestContent: 1000 });

/** A Python that has blosc; undefined if there is none. */
const python = [process.env["ATC_PYTHON"], "python3", "/usr/bin/python3"]
  .filter((one) => one !== undefined)
  .find((one) => spawnSync(one, ["-c", "import blosc"]).status === 0);

/** The loop of docs/blosc-frame.md. */
const readAll = `
import blosc, sys
def decompress_all(data):
    parts, at = [], 0
    while at < len(data):
        end = at + int.from_bytes(data[at + 12 : at + 16], "little")
        parts.append(blosc.decompress(data[at:end]))
        at = end
    return b"".join(parts)
sys.stdout.buffer.write(decompress_all(open(sys.argv[1], "rb").read()))
`;

function text(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 65 + ((i * i) % 23));
}

describe("content longer than a frame", () => {
  for (const { name, run } of codecCases(() => short)) it(name, run);

  it("becomes frames of as many whole elements as fit", () => {
    const content = text(2500);
    const encoded = short.encode(content, { typesize: 8 });
    const lengths: number[] = [];
    const view = new DataView(encoded.buffer);
    for (let at = 0; at < encoded.length; at += view.getUint32(at + 12, true))
      lengths.push(view.getUint32(at + 4, true));
    expect(lengths).toEqual([1000, 1000, 500]);
    expect(short.decodedLength(encoded)).toBe(2500);
    expect(Buffer.compare(short.decode(encoded), content)).toBe(0);
    const wide = short.encode(content, { typesize: 7 });
    expect(new DataView(wide.buffer).getUint32(4, true)).toBe(994);
    expect(Buffer.compare(short.decode(wide), content)).toBe(0);
  });

  it("comes back with any length and typesize, including exact multiples", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 255 }), (length, typesize) => {
        const content = text(length);
        expect(Buffer.compare(short.decode(short.encode(content, { typesize })), content)).toBe(0);
      }),
    );
    for (const length of [1000, 1001, 2000, 3000])
      expect(short.decodedLength(short.encode(text(length), { typesize: 8 }))).toBe(length);
  });

  it("is refused if a frame is missing, damaged, or follows one that is not full", () => {
    const encoded = short.encode(text(2500), { typesize: 8 });
    const view = new DataView(encoded.buffer);
    const first = view.getUint32(12, true);
    for (const damaged of [
      encoded.subarray(0, first + view.getUint32(first + 12, true)),
      encoded.subarray(0, first + 8),
      encoded.subarray(0, encoded.length - 1),
      Uint8Array.from([...short.encode(text(500), { typesize: 8 }), ...encoded]),
    ])
      expect(errorCode(() => short.decode(damaged))).toBe("ATC_CORRUPT_DATA");
    // python-blosc may write a full frame alone.
    expect(short.decode(encoded.subarray(0, first)).length).toBe(1000);
  });

  it("is several frames for a reader of one", () => {
    const encoded = short.encode(text(2500), { typesize: 8 });
    expect(errorCode(() => blosc({ cname: "lz4" }, codecs).decode(encoded))).toBe("ATC_CORRUPT_DATA");
  });

  it.skipIf(python === undefined)("is read by python-blosc frame by frame (needs python3 with blosc)", () => {
    const folder = mkdtempSync(join(tmpdir(), "atc-blosc-"));
    try {
      const file = join(folder, "long.blosc");
      const content = text(12_345);
      writeFileSync(file, short.encode(content, { typesize: 8 }));
      const { stdout, stderr } = spawnSync(python ?? "", ["-c", readAll, file]);
      expect(stderr.toString()).toBe("");
      expect(Buffer.compare(stdout, content)).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(process.env["ATC_LONG"] !== "1")(
    "becomes two frames from 2^31 - 16 bytes on (requires 2.2 GB of memory; runs with ATC_LONG=1)",
    () => {
      const length = 2 ** 31 + 12_345;
      const piece = 2 ** 16;
      const content = new Uint8Array(length);
      for (let at = 0; at < length; at += piece) content[at] = at / piece;
      const codec = blosc({ cname: "lz4", clevel: 1 }, codecs);
      const encoded = codec.encode(content, { typesize: 8 });
      expect(codec.decodedLength(encoded)).toBe(length);
      expect(errorCode(() => codec.decode(encoded))).toBe("ATC_CORRUPT_DATA");
      content.fill(0xee);
      codec.decode(encoded, { target: content, maxLength: length });
      const expected = new Uint8Array(piece);
      for (let at = 0; at < length; at += piece) {
        expected[0] = at / piece;
        const found = content.subarray(at, at + piece);
        expect(Buffer.compare(found, expected.subarray(0, found.length))).toBe(0);
      }
    },
    300_000,
  );
});
