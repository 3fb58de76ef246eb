import { inflateRawSync } from "node:zlib";
import { mostElements, type Workspace } from "../kernel/workspace.ts";
import {
  arrangementKinds,
  mostCommon,
  mostLag,
  mostOrder,
  type Representation,
  representationKinds,
} from "../plan/plan.ts";
import { isRepresentable, largestScale } from "../plan/representable.ts";
import { restore } from "../plan/representation.ts";
import { type ByteCursor, corrupt, createByteCursor } from "../stream/byte-cursor.ts";
import { readIntegers } from "../stream/integer-stream.ts";
import type { BlockKind } from "./block.ts";

/** Returns `value` if it is in the range; ATC_CORRUPT_DATA if not. */
function within(value: number, from: number, to: number, what: string): number {
  if (value < from || value > to) throw corrupt(`${what} must be ${from} to ${to}, not ${value}`);
  return value;
}

function readUnchecked(cursor: ByteCursor): Representation {
  const kind = representationKinds[within(cursor.byte(), 0, representationKinds.length - 1, "representation")];
  if (kind === "floats" || kind === undefined) return { kind: "floats" };
  const scale = kind === "fractions" ? cursor.varint(largestScale) : 1;
  const divisor = cursor.varint();
  return kind === "fractions" ? { kind, scale, divisor } : { kind, divisor };
}

function readRepresentation(cursor: ByteCursor, size: number): Representation {
  const representation = readUnchecked(cursor);
  if (!isRepresentable(representation, size))
    throw corrupt(`elements of ${size} bytes cannot be ${JSON.stringify(representation)}`);
  return representation;
}

/** Reads integers that may be negative and sums them `order` times. */
function readDifferences(space: Workspace, cursor: ByteCursor, area: number, most: number, order: number): number {
  const signed = within(cursor.byte(), 0, 1, "sign") === 1;
  const count = readIntegers(space, cursor, area, most);
  if (signed) space.kernel.unzigzag(area, count);
  for (let i = 0; i < order; i++) space.kernel.accumulate(area, count, 1);
  return count;
}

/** Reads corrections into their area. Returns false if there are none. */
function readCorrections(space: Workspace, cursor: ByteCursor, representation: Representation, count: number): boolean {
  if (representation.kind !== "fractions") return false;
  if (within(cursor.byte(), 0, 1, "corrections") === 0) return false;
  if (readDifferences(space, cursor, space.corrections, count, 0) !== count) throw corrupt("corrections are missing");
  return true;
}

function readRuns(space: Workspace, cursor: ByteCursor, count: number, order: number): void {
  const { kernel, values, heads, lengths } = space;
  const lag = within(cursor.byte(), 0, mostLag, "lag");
  const runs = readDifferences(space, cursor, heads, count, 0);
  if (lag > 0) kernel.accumulate(heads, runs, lag);
  if (readIntegers(space, cursor, lengths, count) !== runs) throw corrupt("run lengths are missing");
  if (kernel.joinRuns(heads, lengths, runs, values, count) === 0)
    throw corrupt("runs do not add up to the length of the block");
  for (let i = 0; i < order; i++) kernel.accumulate(values, count, 1);
}

function readCommon(space: Workspace, cursor: ByteCursor, count: number, order: number): void {
  const { kernel, bytes, values, heads, lengths, common } = space;
  const commonCount = within(cursor.varint(), 1, mostCommon, "common values");
  bytes.set(cursor.take(8 * commonCount), common);
  if (readIntegers(space, cursor, heads, count) !== count) throw corrupt("ranks are missing");
  const rest = readDifferences(space, cursor, lengths, count, order);
  if (kernel.combine(heads, count, common, commonCount, lengths, rest, values) === 0)
    throw corrupt("ranks do not fit the values");
}

/** Reads the `count` integers of a block into the area `values`. */
function readArranged(space: Workspace, cursor: ByteCursor, count: number): void {
  const kind = arrangementKinds[within(cursor.byte(), 0, arrangementKinds.length - 1, "arrangement")];
  const order = within(cursor.byte(), 0, mostOrder, "order");
  if (kind === "runs") readRuns(space, cursor, count, order);
  else if (kind === "common") readCommon(space, cursor, count, order);
  else if (readDifferences(space, cursor, space.values, count, order) !== count) throw corrupt("values are missing");
}

/** Decodes a block of numbers. Returns a view of `length` bytes in the workspace. */
export function readNumbers(space: Workspace, encoded: Uint8Array, length: number): Uint8Array {
  const { kernel, bytes, source, values, corrections } = space;
  const cursor = createByteCursor(encoded);
  const size = cursor.byte();
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) throw corrupt(`elements of ${size} bytes`);
  const count = length / size;
  if (!Number.isInteger(count) || count > mostElements)
    throw corrupt(`${length} bytes are not whole elements of ${size} bytes`);
  const representation = readRepresentation(cursor, size);
  const corrected = readCorrections(space, cursor, representation, count);
  readArranged(space, cursor, count);
  if (cursor.left() > 0) throw corrupt(`a block has ${cursor.left()} extra bytes`);
  restore(space, representation, values, count, size);
  if (corrected) kernel.add(values, corrections, count);
  kernel.narrow(values, source, count, size);
  return bytes.subarray(source, source + length);
}

function inflate(encoded: Uint8Array, length: number): Uint8Array {
  try {
    return inflateRawSync(encoded, { maxOutputLength: Math.max(1, length) });
  } catch (error) {
    throw corrupt(error instanceof Error ? error.message : String(error), error);
  }
}

/** Decodes a block so that it fills `target`. */
export function readBlock(space: Workspace, kind: BlockKind, encoded: Uint8Array, target: Uint8Array): void {
  if (kind === "numbers") {
    target.set(readNumbers(space, encoded, target.length));
    return;
  }
  const content = kind === "deflated" ? inflate(encoded, target.length) : encoded;
  if (content.length !== target.length)
    throw corrupt(`a block decodes to ${content.length} bytes, not ${target.length}`);
  target.set(content);
}
