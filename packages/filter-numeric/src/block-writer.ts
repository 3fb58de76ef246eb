import { deflateRawSync } from "node:zlib";
import { type ByteSink, createByteSink } from "./byte-sink.ts";
import { writeIntegers } from "./integer-stream.ts";
import { type Arrangement, arrangementKinds, type Plan, representationKinds } from "./plan.ts";
import { represent } from "./representation.ts";
import { choosePlan } from "./sample.ts";
import type { Workspace } from "./workspace.ts";

/** The kinds of block by their number: bytes as they are, bytes by deflate, numbers. */
export const blockKinds = ["stored", "deflated", "numbers"] as const;

/** A kind of block. */
export type BlockKind = (typeof blockKinds)[number];

/** An encoded block. */
export interface EncodedBlock {
  readonly kind: BlockKind;
  readonly bytes: Uint8Array;
}

/** A block of other bytes than numbers. */
export function writeBytes(bytes: Uint8Array): EncodedBlock {
  const deflated = deflateRawSync(bytes);
  return deflated.length < bytes.length ? { kind: "deflated", bytes: deflated } : { kind: "stored", bytes };
}

/** Appends what has no integer in the representation: indices, as distances, and bits, likewise. */
function writeExceptions(space: Workspace, count: number, sink: ByteSink): void {
  const { kernel, integers, words32, indices, values, work, heads } = space;
  sink.varint(count);
  if (count === 0) return;
  for (let i = 0; i < count; i++) {
    const index = words32[indices / 4 + i] as number;
    integers[work / 8 + i] = BigInt(index);
    integers[heads / 8 + i] = integers[values / 8 + index] as bigint;
  }
  for (const area of [work, heads]) {
    kernel.difference(area, count, 1);
    kernel.zigzag(area, count);
    writeIntegers(space, area, count, sink);
  }
}

/** Appends integers with their sign, after differences of an order. */
function writeDifferences(space: Workspace, area: number, count: number, order: number, sink: ByteSink): void {
  for (let i = 0; i < order; i++) space.kernel.difference(area, count, 1);
  space.kernel.zigzag(area, count);
  writeIntegers(space, area, count, sink);
}

/** Appends the `count` integers at `area`, which do not survive. */
function writeArranged(space: Workspace, arrangement: Arrangement, area: number, count: number, sink: ByteSink): void {
  const { kernel, integers, common, heads, lengths, table } = space;
  sink.byte(arrangementKinds.indexOf(arrangement.kind));
  sink.byte(arrangement.order);
  if (arrangement.kind === "plain") return writeDifferences(space, area, count, arrangement.order, sink);
  if (arrangement.kind === "runs") {
    for (let i = 0; i < arrangement.order; i++) kernel.difference(area, count, 1);
    const runs = kernel.splitRuns(area, count, heads, lengths);
    sink.byte(arrangement.lag);
    if (arrangement.lag > 0) kernel.difference(heads, runs, arrangement.lag);
    writeDifferences(space, heads, runs, 0, sink);
    return writeIntegers(space, lengths, runs, sink);
  }
  const { values } = arrangement;
  integers.set(values, common / 8);
  const others = kernel.separate(area, count, common, values.length, heads, lengths, table);
  sink.varint(values.length);
  sink.append(space.bytes.subarray(common, common + 8 * values.length));
  writeIntegers(space, heads, count, sink);
  return writeDifferences(space, lengths, others, arrangement.order, sink);
}

/** A divisor that holds for the sample and not for the block is given up. */
function withoutDivisor(plan: Plan): Plan {
  const { representation } = plan;
  return representation.kind === "floats" ? plan : { ...plan, representation: { ...representation, divisor: 1 } };
}

/** Represents a block's values in the area `lengths`; returns the plan that holds, and how many have no integer. */
function applyRepresentation(
  space: Workspace,
  plan: Plan,
  count: number,
  size: number,
): { readonly plan: Plan; readonly exceptions: number } {
  const { values, lengths } = space;
  const exceptions = represent(space, plan.representation, values, lengths, count, size);
  const most = plan.representation.kind === "decimals" && plan.representation.divisor > 1 ? count / 64 : count;
  if (exceptions !== undefined && exceptions <= most) return { plan, exceptions };
  const whole = withoutDivisor(plan);
  return { plan: whole, exceptions: represent(space, whole.representation, values, lengths, count, size) ?? 0 };
}

function writePlanned(space: Workspace, chosen: Plan, count: number, size: number, sink: ByteSink): void {
  const { bytes, lengths, work } = space;
  const { plan, exceptions } = applyRepresentation(space, chosen, count, size);
  const { representation, arrangement } = plan;
  sink.byte(size);
  sink.byte(representationKinds.indexOf(representation.kind));
  if (representation.kind === "decimals") sink.byte(representation.digits);
  if (representation.kind !== "floats") sink.varint(representation.divisor);
  writeExceptions(space, exceptions, sink);
  bytes.copyWithin(work, lengths, lengths + 8 * count);
  writeArranged(space, arrangement, work, count, sink);
}

/** Of a byte's eight bits, what deflate must save to be worth its time. */
const deflateGain = 0.9;
const deflateSample = 8192;

/** Whether bytes, which may as well be text, are smaller by deflate than by `bits` a byte. */
function isForDeflate(bytes: Uint8Array, bits: number): boolean {
  const sample = bytes.subarray(0, deflateSample);
  return deflateRawSync(sample, { level: 1 }).length < deflateGain * sample.length * (bits / 8);
}

const sink = createByteSink();

/** A block of whole elements of `size` bytes, at most those that a workspace has room for. */
export function writeNumbers(space: Workspace, bytes: Uint8Array, size: number): EncodedBlock {
  const count = bytes.length / size;
  space.bytes.set(bytes, space.source);
  space.kernel.widen(space.source, space.values, count, size);
  const { plan, bits } = choosePlan(space, count, size);
  if (size === 1 && isForDeflate(bytes, bits)) return writeBytes(bytes);
  if (bits >= 8 * size) return { kind: "stored", bytes };
  writePlanned(space, plan, count, size, sink);
  const encoded = sink.take();
  return encoded.length < bytes.length ? { kind: "numbers", bytes: encoded } : { kind: "stored", bytes };
}
