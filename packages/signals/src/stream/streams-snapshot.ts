import { crc32 } from "node:zlib";
import { AtcError } from "@atc/contract";

/** "ATCMANY1" in ASCII, the first bytes of every snapshot of many streams. */
const magic = [0x41, 0x54, 0x43, 0x4d, 0x41, 0x4e, 0x59, 0x31];

const fixedLength = 16;

/** A symbol with the snapshot of its stream. */
export type NamedSnapshot = readonly [symbol: string, snapshot: Uint8Array];

/**
 * Encodes the snapshots of many streams. In order, little-endian: magic, length of the header, CRC-32 of the header,
 * header as JSON (a list of symbols, each with the length of its snapshot), the snapshots, each with a checksum of its
 * own.
 */
export function encodeSnapshots(snapshots: readonly NamedSnapshot[]): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(snapshots.map(([symbol, { length }]) => [symbol, length])));
  const length = snapshots.reduce((sum, [, one]) => sum + one.length, fixedLength + header.length);
  if (length >= 2 ** 32)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the snapshot of ${snapshots.length} symbols would have ${length} bytes, but at most 2^32 - 1 work; divide the symbols among several streams`,
    );
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, header.length, true);
  view.setUint32(12, crc32(header), true);
  bytes.set(header, fixedLength);
  let at = fixedLength + header.length;
  for (const [, one] of snapshots) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the snapshot ${what}; rebuild the streams from their bars`);
}

function isHeader(value: unknown): value is readonly (readonly [string, number])[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) =>
        Array.isArray(one) && typeof one[0] === "string" && Number.isSafeInteger(one[1]) && Number(one[1]) >= 0,
    )
  );
}

function headerOf(bytes: Uint8Array): readonly (readonly [string, number])[] {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isHeader(header) && new Set(header.map(([symbol]) => symbol)).size === header.length) return header;
  } catch {
    // Not JSON.
  }
  throw corrupt("has a header that is not a list of symbols");
}

/** The snapshots of the streams, not yet verified. Throws ATC_CORRUPT_DATA if the bytes around them are damaged. */
export function decodeSnapshots(bytes: Uint8Array): readonly NamedSnapshot[] {
  if (bytes.length < fixedLength || magic.some((byte, i) => bytes[i] !== byte))
    throw corrupt("does not begin with ATCMANY1 or is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = fixedLength + view.getUint32(8, true);
  const json = bytes.subarray(fixedLength, first);
  if (bytes.length < first || view.getUint32(12, true) !== crc32(json)) throw corrupt("has a damaged header");
  const header = headerOf(json);
  const length = header.reduce((sum, [, size]) => sum + size, first);
  if (bytes.length !== length) throw corrupt(`has ${bytes.length} bytes, but its header says ${length}`);
  let at = first;
  return header.map(([symbol, size]): NamedSnapshot => {
    const snapshot = bytes.subarray(at, at + size);
    at += size;
    return [symbol, snapshot];
  });
}
