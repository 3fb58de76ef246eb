import { crc32 } from "node:zlib";
import type { JsonObject, JsonValue, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { signalsVersion } from "../base/version.ts";

/** "ATCSTATE" in ASCII, the begin of every snapshot. */
const magic = [0x41, 0x54, 0x43, 0x53, 0x54, 0x41, 0x54, 0x45];

/** Version of the layout of bytes. */
const formatVersion = 1;

const fixedLength = 24;

/** What a stream is, in a snapshot. */
export interface SnapshotHeader {
  /** The whole configuration. */
  readonly config: SignalConfig;
  /** The outputs that the kernel computes. */
  readonly outputs: readonly string[];
  /** Bars taken before the last one. */
  readonly bars: number;
  /** Close and source of the last bar, which the state does not have yet, so that it can still be replaced; absent before the first bar. */
  readonly lastBar?: readonly [number, number] | undefined;
  /** The direction that was told last. */
  readonly told: number;
}

/** A header and the numbers of a state, little-endian: magic, version, algorithm version, lengths, header as JSON, doubles, CRC-32 of everything before. */
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
  // One NaN for all: kernels differ in the bits of theirs.
  for (const [i, value] of state.entries())
    view.setFloat64(first + 8 * i, Number.isNaN(value) ? Number.NaN : value, true);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the snapshot ${what}; take the stream up from its bars again`);
}

function checkVersion(name: string, version: number, own: number): void {
  if (version === own) return;
  const message = `the snapshot is of ${name} ${version}, this release has ${own}; take the stream up from its bars again`;
  throw new AtcError("ATC_UNSUPPORTED", message, { details: { version, supported: own } });
}

/** The members of the configuration, and the outputs, in which a snapshot differs from a stream. */
function checkOwner(header: SnapshotHeader, config: SignalConfig, outputs: readonly string[]): void {
  const theirs: JsonObject = { ...header.config, outputs: header.outputs.join(", ") } as unknown as JsonObject;
  const own: JsonObject = { ...config, outputs: outputs.join(", ") } as unknown as JsonObject;
  const names = new Set([...Object.keys(own), ...Object.keys(theirs)]);
  const differing = [...names].filter((name) => theirs[name] !== own[name]);
  if (differing.length === 0) return;
  const text = (value: JsonValue | undefined): string => String(value ?? "absent");
  const listed = differing.map((name) => `${name} is "${text(theirs[name])}" there, "${text(own[name])}" here`);
  const message = `the snapshot was taken of another stream: ${listed.join("; ")}; make the stream with the configuration and outputs of the snapshot`;
  throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { differing } });
}

/** What {@link encodeSnapshot} encoded. */
export interface Snapshot {
  /** The header. */
  readonly header: SnapshotHeader;
  /** The numbers of the state. */
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
 * Decodes a snapshot for a stream of a configuration, kernel outputs and length of state. Throws ATC_CORRUPT_DATA for bytes that are no snapshot or were
 * damaged, ATC_UNSUPPORTED for another version, ATC_INVALID_ARGUMENT for a snapshot of another stream.
 */
export function decodeSnapshot(
  bytes: Uint8Array,
  config: SignalConfig,
  outputs: readonly string[],
  stateLength: number,
): Snapshot {
  if (bytes.length < fixedLength + 4 || magic.some((byte, i) => bytes[i] !== byte)) throw corrupt("is not one");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkVersion("format", view.getUint32(8, true), formatVersion);
  const headerLength = view.getUint32(16, true);
  const length = view.getUint32(20, true);
  const first = fixedLength + headerLength;
  if (bytes.length !== first + 8 * length + 4) throw corrupt(`has ${bytes.length} bytes, which is not its length`);
  if (view.getUint32(bytes.length - 4, true) !== crc32(bytes.subarray(0, -4))) throw corrupt("has a wrong checksum");
  checkVersion("algorithm", view.getUint32(12, true), signalsVersion);
  const header = parseHeader(bytes.subarray(fixedLength, first));
  checkOwner(header, config, outputs);
  if (length !== stateLength) throw corrupt(`has ${length} numbers of state for ${stateLength}`);
  const state = new Float64Array(length);
  for (let i = 0; i < length; i++) state[i] = view.getFloat64(first + 8 * i, true);
  return { header, state };
}
