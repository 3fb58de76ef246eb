import { crc32 } from "node:zlib";
import { AtcError, bytesPerElement, type TypedArray, viewOf } from "@atc/contract";
import type { NamedArray } from "../base/cache-value.ts";
import { type EntryMetadata, parseMetadata } from "./entry-metadata.ts";
import { type ArrayMetadata, npyHeader } from "./npy.ts";
import { alignment, centralDirectory, layOutZip, localHeader, type ZipLayout } from "./stored-zip.ts";

/** The maximum size of a payload: the limit of a Blosc frame, and of a zip without its 64-bit extension. */
export const maxPayloadBytes: number = 2 ** 31 - 17;

const metadataName = "entry.json";

function layOut(metadataSize: number, arrays: readonly ArrayMetadata[]): ZipLayout {
  const members = arrays.map(({ name, dtype, length }) => ({
    name: `${name}.npy`,
    size: npyHeader(dtype, length).length + length * bytesPerElement[dtype],
  }));
  return layOutZip([{ name: metadataName, size: metadataSize }, ...members]);
}

/** An array, and the checksum of its `.npy` member. */
export interface ChecksummedArray extends NamedArray {
  readonly header: Uint8Array;
  /** CRC-32 of the header and the values. */
  readonly crc: number;
}

/** Computes the CRC-32 of an array's member, which the archive and the generation share. */
export function checksum(array: NamedArray): ChecksummedArray {
  const header = npyHeader(array.dtype, array.values.length);
  const headerCrc = crc32(header);
  // Node's crc32 drops its initial value for a view of 0 bytes without memory.
  const crc = array.values.length === 0 ? headerCrc : crc32(bytesOf(array.values), headerCrc);
  return { ...array, header, crc };
}

/**
 * The payload of an entry: a stored zip of `entry.json` and one `.npy` per array. `metadata.arrays` must describe
 * `arrays`.
 */
export function writeNpz(metadata: EntryMetadata, arrays: readonly ChecksummedArray[]): Npz {
  const text = Buffer.from(JSON.stringify(metadata), "utf8");
  const layout = layOut(text.length, metadata.arrays);
  if (layout.length > maxPayloadBytes) throw tooLong(layout.length);
  const payload = new Uint8Array(layout.length);
  const crcs = [crc32(text), ...arrays.map(({ crc }) => crc)];
  for (const [i, member] of layout.members.entries()) {
    payload.set(localHeader(member, crcs[i] ?? 0), member.headerOffset);
    const array = arrays[i - 1];
    payload.set(array?.header ?? text, member.dataOffset);
    if (array !== undefined) payload.set(bytesOf(array.values), member.dataOffset + array.header.length);
  }
  payload.set(centralDirectory(layout, crcs), layout.directoryOffset);
  const offsets = layout.members.slice(1).map(({ dataOffset }, i) => dataOffset + (arrays[i]?.header.length ?? 0));
  // Parsed from its text, so that it shares no object with the caller.
  return { payload, metadata: JSON.parse(text.toString("utf8")), offsets };
}

function tooLong(bytes: number): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the arrays of a cache value take ${bytes} bytes, more than the ${maxPayloadBytes} of one entry; split them into one key per range of bars`,
    { details: { bytes, maxBytes: maxPayloadBytes } },
  );
}

/** The bytes of an array, without a copy. */
function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A verified payload. */
export interface Npz {
  readonly payload: Uint8Array;
  readonly metadata: EntryMetadata;
  /** The byte offset of the values of each array of the metadata. */
  readonly offsets: readonly number[];
}

/** A verified payload, or the fact that its format is newer. */
export type ReadNpz = Npz | { readonly newer: true };

/**
 * Verifies every bit of a payload. `entry.json` determines the position of every member, so each header is computed
 * again, with the CRC-32 of the data, and compared with the stored bytes.
 *
 * @throws ATC_CORRUPT_DATA if any bit differs from what a writer would have written.
 */
export function readNpz(payload: Uint8Array): ReadNpz {
  const first = readMetadata(payload);
  const metadata = parseMetadata(first.text);
  if ("problem" in metadata) throw corrupt(metadata.problem);
  if ("newer" in metadata) return metadata;
  const layout = layOut(first.size, metadata.arrays);
  if (layout.length !== payload.length) throw corrupt(`it has ${payload.length} bytes instead of ${layout.length}`);
  const crcs = layout.members.map(({ dataOffset, size }) => crc32(payload.subarray(dataOffset, dataOffset + size)));
  for (const [i, member] of layout.members.entries())
    compare(payload, member.headerOffset, localHeader(member, crcs[i] ?? 0), member.name);
  compare(payload, layout.directoryOffset, centralDirectory(layout, crcs), "the central directory");
  const offsets = metadata.arrays.map(({ name, dtype, length }, i) => {
    const { dataOffset } = layout.members[i + 1] as { readonly dataOffset: number };
    const header = npyHeader(dtype, length);
    compare(payload, dataOffset, header, name);
    return dataOffset + header.length;
  });
  return { payload, metadata, offsets };
}

/** The first member, `entry.json`, from the beginning of a payload. Verifies its CRC-32. */
export function readMetadata(payload: Uint8Array): { readonly text: string; readonly size: number } {
  const header = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (header.length < alignment || header.readUInt32LE(0) !== 0x04034b50)
    throw corrupt("it does not begin with a zip header");
  const size = header.readUInt32LE(18);
  const [member] = layOutZip([{ name: metadataName, size }]).members;
  const start = member?.dataOffset ?? 0;
  if (start + size > header.length) throw corrupt("entry.json is truncated");
  const data = header.subarray(start, start + size);
  if (crc32(data) !== header.readUInt32LE(14)) throw corrupt("the CRC-32 of entry.json differs");
  return { text: data.toString("utf8"), size };
}

function compare(payload: Uint8Array, offset: number, expected: Uint8Array, what: string): void {
  if (Buffer.compare(payload.subarray(offset, offset + expected.length), expected) !== 0)
    throw corrupt(`the header or the CRC-32 of "${what}" differs`);
}

/** The arrays of a verified payload, as copies. */
export function copyArrays({ payload, metadata, offsets }: Npz): [string, TypedArray][] {
  return metadata.arrays.map(({ name, dtype, length }, i) => {
    const start = offsets[i] ?? 0;
    const bytes = new Uint8Array(length * bytesPerElement[dtype]);
    bytes.set(payload.subarray(start, start + bytes.length));
    return [name, viewOf(dtype, bytes.buffer, 0, length)];
  });
}

/** The arrays of a verified payload, as views of it, or as copies if its memory is not aligned to 8 bytes. */
export function viewArrays(npz: Npz): [string, TypedArray][] {
  const { payload, metadata, offsets } = npz;
  if (payload.byteOffset % 8 !== 0) return copyArrays(npz);
  return metadata.arrays.map(({ name, dtype, length }, i) => [
    name,
    viewOf(dtype, payload.buffer, payload.byteOffset + (offsets[i] ?? 0), length),
  ]);
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `a cache entry is damaged: ${what}; compute it again`);
}
