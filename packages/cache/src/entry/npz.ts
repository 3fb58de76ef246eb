import { crc32 } from "node:zlib";
import { AtcError, bytesPerElement, type TypedArray, viewOf } from "@atc/contract";
import type { NamedArray } from "../base/cache-value.ts";
import { type EntryMetadata, parseMetadata } from "./entry-metadata.ts";
import { type ArrayMetadata, npyHeader } from "./npy.ts";
import { alignment, centralDirectory, layOutZip, localHeader, type ZipLayout } from "./stored-zip.ts";

/** The most bytes of a payload: what a Blosc frame can hold, and a zip without its 64-bit extension. */
export const maxPayloadBytes: number = 2 ** 31 - 17;

const metadataName = "entry.json";

function layOut(metadataSize: number, arrays: readonly ArrayMetadata[]): ZipLayout {
  const members = arrays.map(({ name, dtype, length }) => ({
    name: `${name}.npy`,
    size: npyHeader(dtype, length).length + length * bytesPerElement[dtype],
  }));
  return layOutZip([{ name: metadataName, size: metadataSize }, ...members]);
}

/** An array with the checksum of its `.npy` member. */
export interface ChecksummedArray extends NamedArray {
  readonly header: Uint8Array;
  /** CRC-32 of the header and the values. */
  readonly crc: number;
}

/** Computes the CRC-32 of each array's member, once for the archive and the generation alike. */
export function checksum(array: NamedArray): ChecksummedArray {
  const header = npyHeader(array.dtype, array.values.length);
  const headerCrc = crc32(header);
  // Node's crc32 forgets its start value over 0 bytes that have no memory behind them.
  const crc = array.values.length === 0 ? headerCrc : crc32(bytesOf(array.values), headerCrc);
  return { ...array, header, crc };
}

/** The payload of an entry: a stored zip of `entry.json` and one `.npy` for each array, which are those that `metadata` tells. */
export function writeNpz(metadata: EntryMetadata, arrays: readonly ChecksummedArray[]): Npz {
  const text = Buffer.from(JSON.stringify(metadata), "utf8");
  const layout = layOut(text.length, metadata.arrays);
  if (layout.length > maxPayloadBytes) throw tooLong(layout.length);
  const payload = new Uint8Array(layout.length);
  const crcs = [crc32(text), ...arrays.map(({ crc }) => crc)];
  for (const [i, member] of layout.members.entries()) {
    payload.set(localHeader(member, crcs[i] as number), member.headerOffset);
    const array = arrays[i - 1];
    payload.set(array?.header ?? text, member.dataOffset);
    if (array !== undefined) payload.set(bytesOf(array.values), member.dataOffset + array.header.length);
  }
  payload.set(centralDirectory(layout, crcs), layout.directoryOffset);
  const offsets = arrays.map(({ header }, i) => (layout.members[i + 1]?.dataOffset as number) + header.length);
  // Read back from its text, so that nothing of the caller's stays in it.
  return { payload, metadata: JSON.parse(text.toString("utf8")), offsets };
}

function tooLong(bytes: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the arrays of a cache value take ${bytes} bytes, more than the ${maxPayloadBytes} that one entry can hold; key them per range of bars`,
    { details: { bytes, maxBytes: maxPayloadBytes } },
  );
}

/** The bytes of an array, without a copy. */
function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A payload that was verified. */
export interface Npz {
  readonly payload: Uint8Array;
  readonly metadata: EntryMetadata;
  /** Where each array of the metadata has its values. */
  readonly offsets: readonly number[];
}

/** What a payload turned out to be: verified, or whole but of a newer format. */
export type ReadNpz = Npz | { readonly newer: true };

/**
 * Verifies a payload to its last bit: `entry.json` says what must lie where, so every header is made anew, with the CRC-32 of the data as it
 * is, and compared with the bytes that are there.
 *
 * @throws ATC_CORRUPT_DATA where one bit differs from what a writer would have written.
 */
export function readNpz(payload: Uint8Array): ReadNpz {
  const first = readMetadata(payload);
  const metadata = parseMetadata(first.text);
  if (metadata === undefined) throw corrupt("entry.json does not describe an entry");
  if ("newer" in metadata) return metadata;
  const layout = layOut(first.size, metadata.arrays);
  if (layout.length !== payload.length) throw corrupt(`${payload.length} bytes where ${layout.length} belong`);
  const crcs = layout.members.map(({ dataOffset, size }) => crc32(payload.subarray(dataOffset, dataOffset + size)));
  for (const [i, member] of layout.members.entries())
    compare(payload, member.headerOffset, localHeader(member, crcs[i] as number), member.name);
  compare(payload, layout.directoryOffset, centralDirectory(layout, crcs), "the central directory");
  const offsets = metadata.arrays.map(({ name, dtype, length }, i) => {
    const { dataOffset } = layout.members[i + 1] as { readonly dataOffset: number };
    const header = npyHeader(dtype, length);
    compare(payload, dataOffset, header, name);
    return dataOffset + header.length;
  });
  return { payload, metadata, offsets };
}

/** The first member, which is `entry.json`, from the beginning of a payload; its own CRC-32 is verified. */
export function readMetadata(payload: Uint8Array): { readonly text: string; readonly size: number } {
  const header = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (header.length < alignment || header.readUInt32LE(0) !== 0x04034b50) throw corrupt("no zip begins here");
  const size = header.readUInt32LE(18);
  const [member] = layOutZip([{ name: metadataName, size }]).members;
  const start = member?.dataOffset ?? 0;
  if (start + size > header.length) throw corrupt("entry.json is cut off");
  const data = header.subarray(start, start + size);
  if (crc32(data) !== header.readUInt32LE(14)) throw corrupt("the CRC-32 of entry.json differs");
  return { text: data.toString("utf8"), size };
}

function compare(payload: Uint8Array, offset: number, expected: Uint8Array, what: string): void {
  if (Buffer.compare(payload.subarray(offset, offset + expected.length), expected) !== 0)
    throw corrupt(`the header or the CRC-32 of "${what}" differs`);
}

/** The arrays of a verified payload, as copies that belong to the caller. */
export function copyArrays({ payload, metadata, offsets }: Npz): [string, TypedArray][] {
  return metadata.arrays.map(({ name, dtype, length }, i) => {
    const start = offsets[i] as number;
    const bytes = new Uint8Array(length * bytesPerElement[dtype]);
    bytes.set(payload.subarray(start, start + bytes.length));
    return [name, viewOf(dtype, bytes.buffer, 0, length)];
  });
}

/** The arrays of a verified payload as views of it, or copies if its memory does not begin at a multiple of their element's size. */
export function viewArrays(npz: Npz): [string, TypedArray][] {
  const { payload, metadata, offsets } = npz;
  if (payload.byteOffset % 8 !== 0) return copyArrays(npz);
  return metadata.arrays.map(({ name, dtype, length }, i) => [
    name,
    viewOf(dtype, payload.buffer, payload.byteOffset + (offsets[i] as number), length),
  ]);
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `a cache entry is damaged: ${what}; it must be computed again`);
}
