import { deflateRawSync } from "node:zlib";
import type { Workspace } from "../kernel/workspace.ts";
import { type Arrangement, arrangementKinds, type Plan, representationKinds } from "../plan/plan.ts";
import { represent } from "../plan/representation.ts";
import { choosePlan } from "../search/plan-search.ts";
import { createByteSink } from "../stream/byte-sink.ts";
import { writeIntegers } from "../stream/integer-stream.ts";
import { type EncodedBlock, isPlausible } from "./block.ts";
import { readNumbers } from "./block-reader.ts";

/** All blocks are assembled here. */
const sink = createByteSink();

/** Encodes bytes that are not numbers. */
export function writeBytes(bytes: Uint8Array): EncodedBlock {
  const deflated = deflateRawSync(bytes);
  return deflated.length < bytes.length && isPlausible("deflated", bytes.length, deflated.length)
    ? { kind: "deflated", bytes: deflated }
    : { kind: "stored", bytes };
}

/** Appends differences of an order, after a byte that says if any is negative. */
function writeDifferences(space: Workspace, area: number, count: number, order: number): void {
  const { kernel } = space;
  for (let i = 0; i < order; i++) kernel.difference(area, count, 1);
  const signed = kernel.isUnsigned(area, count) === 0;
  sink.byte(signed ? 1 : 0);
  if (signed) kernel.zigzag(area, count);
  writeIntegers(space, area, count, sink);
}

type RunsOf = Extract<Arrangement, { kind: "runs" }>;
type CommonOf = Extract<Arrangement, { kind: "common" }>;

function writeRuns(space: Workspace, { order, lag }: RunsOf, area: number, count: number): void {
  const { kernel, heads, lengths } = space;
  for (let i = 0; i < order; i++) kernel.difference(area, count, 1);
  const runs = kernel.splitRuns(area, count, heads, lengths);
  sink.byte(lag);
  if (lag > 0) kernel.difference(heads, runs, lag);
  writeDifferences(space, heads, runs, 0);
  writeIntegers(space, lengths, runs, sink);
}

function writeCommon(space: Workspace, { order, values }: CommonOf, area: number, count: number): void {
  const { kernel, bytes, integers, common, heads, lengths, table } = space;
  integers.set(values, common / 8);
  const others = kernel.separate(area, count, common, values.length, heads, lengths, table);
  sink.varint(values.length);
  sink.append(bytes.subarray(common, common + 8 * values.length));
  writeIntegers(space, heads, count, sink);
  writeDifferences(space, lengths, others, order);
}

/** Appends the `count` integers at `area` and overwrites them. */
function writeArranged(space: Workspace, arrangement: Arrangement, area: number, count: number): void {
  sink.byte(arrangementKinds.indexOf(arrangement.kind));
  sink.byte(arrangement.order);
  if (arrangement.kind === "plain") writeDifferences(space, area, count, arrangement.order);
  else if (arrangement.kind === "runs") writeRuns(space, arrangement, area, count);
  else writeCommon(space, arrangement, area, count);
}

/** Appends a block with `count` integers at `area`, of which `corrected` have a correction that is not 0. */
function writePlanned(
  space: Workspace,
  { representation, arrangement }: Plan,
  area: number,
  corrected: number,
  count: number,
): void {
  sink.byte(representationKinds.indexOf(representation.kind));
  if (representation.kind === "fractions") sink.varint(representation.scale);
  if (representation.kind !== "floats") sink.varint(representation.divisor);
  if (representation.kind === "fractions") {
    sink.byte(corrected > 0 ? 1 : 0);
    if (corrected > 0) writeDifferences(space, space.corrections, count, 0);
  }
  writeArranged(space, arrangement, area, count);
}

/**
 * Represents the values of a block in place or in the area `work`. Returns the area and how many corrections are not 0.
 */
function representBlock(
  space: Workspace,
  { representation }: Plan,
  count: number,
  size: number,
): { readonly area: number; readonly corrected: number } | undefined {
  const { values, work } = space;
  if (representation.kind === "integers" && representation.divisor === 1) return { area: values, corrected: 0 };
  const corrected = represent(space, representation, { from: values, to: work, count, size });
  return corrected === undefined ? undefined : { area: work, corrected };
}

/** Deflate must shrink a sample to this part of what numeric takes to be worth its time. */
const deflateGain = 0.9;
const deflateSample = 8192;

/** Bytes that take fewer bits each are certainly numbers. */
const numericBits = 2;

/** Whether bytes, which may be text, are smaller by deflate than by `bits` per byte. */
function isForDeflate(bytes: Uint8Array, bits: number): boolean {
  if (bits < numericBits) return false;
  const sample = bytes.subarray(0, deflateSample);
  return deflateRawSync(sample, { level: 1 }).length < deflateGain * sample.length * (bits / 8);
}

/** Whether the reader restores every bit of a block of numbers. */
function decodesTo(space: Workspace, encoded: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return (
      isPlausible("numbers", bytes.length, encoded.length) &&
      Buffer.compare(readNumbers(space, encoded, bytes.length), bytes) === 0
    );
  } catch {
    return false;
  }
}

/** Encodes whole elements of `size` bytes, at most as many as a workspace holds. */
export function writeNumbers(space: Workspace, bytes: Uint8Array, size: number): EncodedBlock {
  const { kernel, source, values } = space;
  const count = bytes.length / size;
  space.bytes.set(bytes, source);
  kernel.widen(source, values, count, size);
  const { plan, bits } = choosePlan(space, count, size);
  if (size === 1 && isForDeflate(bytes, bits)) return writeBytes(bytes);
  if (bits >= 8 * size) return { kind: "stored", bytes };
  sink.byte(size);
  const represented = representBlock(space, plan, count, size);
  if (represented !== undefined) writePlanned(space, plan, represented.area, represented.corrected, count);
  else {
    // A divisor of the sample does not hold for the whole block.
    const other = choosePlan(space, count, size, { divisors: false }).plan;
    const { area, corrected } = representBlock(space, other, count, size) ?? { area: values, corrected: 0 };
    writePlanned(space, other, area, corrected, count);
  }
  const encoded = sink.take();
  if (encoded.length >= bytes.length) return { kind: "stored", bytes };
  return decodesTo(space, encoded, bytes) ? { kind: "numbers", bytes: encoded } : writeBytes(bytes);
}
