import { crc32 } from "node:zlib";
import type { JsonObject, JsonValue, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { signalsVersion } from "../base/version.ts";

/** "ATCSTATE" in ASCII, the first bytes of every snapshot. */
const magic = [0x41, 0x54, 0x43, 0x53, 0x54, 0x41, 0x54, 0x45];

const formatVersion = 1;

const fixedLength = 24;

/** The description of a stream in a snapshot. */
export interface SnapshotHeader {
  /** The configuration with defaults filled in. */
  readonly config: SignalConfig;
  /** The outputs that the kernel computes. */
  readonly outputs: readonly string[];
  /** Bars before the last one. */
  readonly bars: number;
  /**
   * Close and source price of the last bar. The state ends before that bar, so that `replace` still works. Absent
   * before the first bar.
   */
  readonly lastBar?: readonly [number, number] | undefined;
  /** The direction that was reported last; the format fixes the name. */
  readonly told: number;
}

/**
 * Encodes a header and a state. In order, little-endian: magic, format version, algorithm version, lengths, header as
 * JSON, doubles, and the CRC-32 of everything before it.
 */
export function encodeSnapshot(header: SnapshotHeader, state: Float64Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(fixedLength + json.length + 8 * state.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, signalsVersion, true);
  view.setUint32(16, json.length, true);
  view.setUint32(20, state.length, true);
  bytes.set(json, fixedLength);
  const first = fixedLength + json.length;
  // Kernels differ in the bits of their NaNs; a snapshot has only one.
  for (const [i, value] of state.entries())
    view.setFloat64(first + 8 * i, Number.isNaN(value) ? Number.NaN : value, true);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the snapshot ${what}; rebuild the stream from its bars`);
}

function checkVersion(name: string, version: number, own: number): void {
  if (version === own) return;
  const message = `the snapshot has ${name} version ${version}, this release supports ${own}; rebuild the stream from its bars`;
  throw new AtcError("ATC_UNSUPPORTED", message, { details: { version, supported: own } });
}

/** The values of members that earlier snapshots do not have. */
const earlierValues: JsonObject = { lsma: "newest" };

/**
 * Throws ATC_INVALID_ARGUMENT with the members of the configuration, and the outputs, in which a snapshot differs from
 * a stream.
 */
function checkOwner(header: SnapshotHeader, config: SignalConfig, outputs: readonly string[]): void {
  const theirs: JsonObject = { ...earlierValues, ...header.config, outputs: header.outputs.join(", ") };
  const own: JsonObject = { ...config, outputs: outputs.join(", ") };
  const names = new Set([...Object.keys(own), ...Object.keys(theirs)]);
  const differing = [...names].filter((name) => theirs[name] !== own[name]);
  if (differing.length === 0) return;
  const text = (value: JsonValue | undefined): string => String(value ?? "absent");
  const listed = differing.map(
    (name) => `${name} is "${text(theirs[name])}" in the snapshot, "${text(own[name])}" in the stream`,
  );
  const message = `the snapshot is from another stream: ${listed.join("; ")}; create the stream with the configuration and outputs of the snapshot`;
  throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { differing } });
}

/** A decoded snapshot. */
export interface Snapshot {
  readonly header: SnapshotHeader;
  /** The kernel's state. */
  readonly state: Float64Array;
}

function parseHeader(bytes: Uint8Array): SnapshotHeader {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as SnapshotHeader;
  } catch {
    throw corrupt("has a header that is not JSON");
  }
}

/**
 * Decodes a snapshot for a stream with the given configuration, kernel outputs and length of state. Throws
 * ATC_CORRUPT_DATA if the bytes are damaged or not a snapshot, ATC_UNSUPPORTED for another version,
 * ATC_INVALID_ARGUMENT for a snapshot of another stream.
 */
export function decodeSnapshot(
  bytes: Uint8Array,
  config: SignalConfig,
  outputs: readonly string[],
  stateLength: number,
): Snapshot {
  if (bytes.length < fixedLength + 4 || magic.some((byte, i) => bytes[i] !== byte))
    throw corrupt("does not begin with ATCSTATE or is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkVersion("format", view.getUint32(8, true), formatVersion);
  const headerLength = view.getUint32(16, true);
  const length = view.getUint32(20, true);
  const first = fixedLength + headerLength;
  if (bytes.length !== first + 8 * length + 4)
    throw corrupt(`has ${bytes.length} bytes, but its header says ${first + 8 * length + 4}`);
  if (view.getUint32(bytes.length - 4, true) !== crc32(bytes.subarray(0, -4))) throw corrupt("has a wrong checksum");
  checkVersion("algorithm", view.getUint32(12, true), signalsVersion);
  const header = parseHeader(bytes.subarray(fixedLength, first));
  checkOwner(header, config, outputs);
  if (length !== stateLength) throw corrupt(`has ${length} numbers of state, expected ${stateLength}`);
  const state = new Float64Array(length);
  for (let i = 0; i < length; i++) state[i] = view.getFloat64(first + 8 * i, true);
  return { header, state };
}
