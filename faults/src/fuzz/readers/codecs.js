import { blosc, blosclzBlock } from "@atc/codec-blosc";
import { lz4, lz4Block } from "@atc/codec-lz4";
import { numeric } from "@atc/codec-numeric";
import { snappy, snappyBlock } from "@atc/codec-snappy";
import { zlib, zlibBlock } from "@atc/codec-zlib";
import { zstd, zstdBlock } from "@atc/codec-zstd";
import { generator } from "../../generator.js";
import { mostBytes, noise, prices } from "../reader.js";

const contents = [
  new Uint8Array(0),
  Uint8Array.of(7),
  prices(40),
  prices(3000),
  new Uint8Array(5000),
  noise(generator(3), 700),
];

/** @returns {import("../reader.js").Reader} */
function codecReader(name, codecs) {
  return {
    name,
    valid: () => codecs.flatMap((codec) => contents.map((bytes) => codec.encode(bytes, { typesize: 8 }))),
    read(bytes) {
      const [codec] = codecs;
      const announced = codec.decodedLength(bytes);
      const decoded = codec.decode(bytes, { maxLength: mostBytes });
      if (decoded.length > mostBytes) throw new RangeError(`${decoded.length} bytes are more than maxLength`);
      if (announced !== undefined && announced !== decoded.length)
        throw new RangeError(`decodedLength is ${announced}, but ${decoded.length} bytes were decoded`);
    },
  };
}

/** Blocks have no header: the decoded length comes from outside, here from the first byte. */
function blockReader(name, codec) {
  return {
    name,
    valid: () =>
      contents.flatMap((bytes, index) => {
        const target = new Uint8Array(2 * bytes.length + 1000);
        const length = bytes.length === 0 ? 0 : codec.encodeBlock(bytes, target, 5);
        return length === 0 ? [] : [Buffer.concat([Uint8Array.of(index), target.subarray(0, length)])];
      }),
    read(bytes) {
      const { length } = contents[(bytes[0] ?? 0) % contents.length];
      codec.decodeBlock(bytes.subarray(1), new Uint8Array(length));
    },
  };
}

const blockCodecs = [lz4Block(), zlibBlock(), zstdBlock(), snappyBlock()];

function bloscCodecs() {
  const codecs = [];
  for (const cname of ["blosclz", "lz4", "snappy", "zlib", "zstd"])
    for (const shuffle of ["noshuffle", "shuffle", "bitshuffle"]) codecs.push(blosc({ cname, shuffle }, blockCodecs));
  return codecs;
}

/** @type {readonly import("../reader.js").Reader[]} */
export const codecReaders = [
  codecReader("blosc", bloscCodecs()),
  codecReader("lz4", [lz4()]),
  codecReader("zlib", [zlib()]),
  codecReader("zstd", [zstd()]),
  codecReader("snappy", [snappy()]),
  codecReader("numeric", [numeric()]),
  blockReader("blosclz-block", blosclzBlock()),
  ...blockCodecs.map((codec) => blockReader(`${codec.name}-block`, codec)),
];
