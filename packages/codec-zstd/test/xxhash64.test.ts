import { expect, it } from "vitest";
import { zstdBinding } from "../src/binding.ts";
import { headerBytes, readHeader } from "../src/frame-header.ts";
import { xxhash64Low } from "../src/xxhash64.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it("computes the published hashes", () => {
  expect(xxhash64Low(bytesOf(""))).toBe(0x51d8e999);
  expect(xxhash64Low(bytesOf("a"))).toBe(0xa98c6e5b);
  expect(xxhash64Low(bytesOf("abc"))).toBe(0xad770999);
  expect(xxhash64Low(bytesOf("Nobody inspects the spammish repetition"))).toBe(0x8a378bf1);
});

it("agrees with the check of the decoder at every length around its steps", () => {
  for (let length = 0; length <= 200; length++) {
    const content = Uint8Array.from({ length }, (_, i) => (i * 157 + length * 31) & 255);
    const frame = zstdBinding().compress(content, 1, false);
    const checksum = new Uint8Array(4);
    new DataView(checksum.buffer).setUint32(0, xxhash64Low(content), true);
    const blocks = frame.subarray(readHeader(frame).end);
    const checked = Uint8Array.from([...headerBytes(length, true), ...blocks, ...checksum]);
    expect(Buffer.compare(zstdBinding().decompress(checked, length), content)).toBe(0);
    checked[checked.length - 1] = (checked[checked.length - 1] as number) ^ 1;
    expect(() => zstdBinding().decompress(checked, length)).toThrow();
  }
});
