import {
  AtcError,
  type Filter,
  type FilteredValues,
  type JsonObject,
  type JsonValue,
  type TypedArray,
} from "@atc/contract";
import { mostBytes, mostElements, type Workspace, workspace } from "../kernel/workspace.ts";
import { mostOrder, type Representation, representationKinds } from "../plan/plan.ts";
import { isRepresentable, largestInteger, largestScale } from "../plan/representable.ts";
import { represent, restore } from "../plan/representation.ts";
import { choosePlan } from "../search/plan-search.ts";

/** What a filtered array's configuration says: the representation, how often differences were taken, and whether corrections follow the differences. */
interface FilterPlan {
  readonly representation: Representation;
  readonly order: number;
  readonly corrected: boolean;
}

/** Bytes of a correction. */
const correctionSize = 8;

function corrupt(reason: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `numeric: ${reason}; the filtered values or their configuration are damaged`);
}

function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Elements that are filtered by themselves: the first of each piece has no difference. */
function pieceLength(size: number): number {
  return Math.min(mostElements, mostBytes / size);
}

/** Bytes of a difference: those of an element, but 8 for fractions. */
function differenceSize(representation: Representation, size: number): number {
  return representation.kind === "fractions" ? 8 : size;
}

function load(space: Workspace, values: TypedArray, from: number, count: number): void {
  const size = values.BYTES_PER_ELEMENT;
  space.bytes.set(bytesOf(values).subarray(from * size, (from + count) * size), space.source);
  space.kernel.widen(space.source, space.values, count, size);
}

/** Filters a piece in the area `values` to the area `work`; returns how many corrections are not 0, undefined where the representation does not hold. */
function filterPiece(
  space: Workspace,
  plan: Omit<FilterPlan, "corrected">,
  count: number,
  size: number,
): number | undefined {
  const { kernel, values, work } = space;
  const corrected = represent(space, plan.representation, values, work, count, size);
  if (corrected === undefined) return undefined;
  for (let i = 0; i < plan.order; i++) kernel.difference(work, count, 1);
  // Narrower differences wrap within their size, where a sign has no place to go.
  if (differenceSize(plan.representation, size) === 8) kernel.zigzag(work, count);
  return corrected;
}

/** Puts back a piece whose differences are in the area `source` and whose corrections, if any, are in theirs; the elements take the differences' place. */
function restorePiece(space: Workspace, plan: FilterPlan, count: number, size: number): Uint8Array {
  const { kernel, source, values, corrections } = space;
  const typesize = differenceSize(plan.representation, size);
  kernel.widen(source, values, count, typesize);
  if (typesize === 8) kernel.unzigzag(values, count);
  for (let i = 0; i < plan.order; i++) kernel.accumulate(values, count, 1);
  // What wrapped within its size has its sign again.
  kernel.narrow(values, source, count, typesize);
  kernel.widen(source, values, count, typesize);
  restore(space, plan.representation, values, count, size);
  if (plan.corrected) {
    kernel.unzigzag(corrections, count);
    kernel.add(values, corrections, count);
  }
  kernel.narrow(values, source, count, size);
  return space.bytes.subarray(source, source + count * size);
}

/** Filters all pieces; undefined if the representation does not hold for one, or does not give its bits back. */
function filterAll(
  space: Workspace,
  values: TypedArray,
  plan: Omit<FilterPlan, "corrected">,
): FilteredValues | undefined {
  const size = values.BYTES_PER_ELEMENT;
  const typesize = differenceSize(plan.representation, size);
  const differences = new Uint8Array(values.length * typesize);
  let corrections: Uint8Array | undefined;
  const step = pieceLength(size);
  for (let from = 0; from < values.length; from += step) {
    const count = Math.min(step, values.length - from);
    load(space, values, from, count);
    const corrected = filterPiece(space, plan, count, size);
    if (corrected === undefined) return undefined;
    space.kernel.narrow(space.work, space.source, count, typesize);
    differences.set(space.bytes.subarray(space.source, space.source + count * typesize), from * typesize);
    if (corrected > 0) {
      corrections ??= new Uint8Array(values.length * correctionSize);
      space.kernel.zigzag(space.corrections, count);
      const { corrections: at } = space;
      corrections.set(space.bytes.subarray(at, at + count * correctionSize), from * correctionSize);
    }
    const restored = restorePiece(space, { ...plan, corrected: corrected > 0 }, count, size);
    if (Buffer.compare(restored, bytesOf(values).subarray(from * size, (from + count) * size)) !== 0) return undefined;
  }
  const bytes = new Uint8Array(differences.length + (corrections?.length ?? 0));
  bytes.set(differences);
  if (corrections !== undefined) bytes.set(corrections, differences.length);
  return { bytes, typesize, configuration: configurationOf({ ...plan, corrected: corrections !== undefined }) };
}

function configurationOf({ representation, order, corrected }: FilterPlan): JsonObject {
  return { version: 1, representation: { ...representation }, order, corrected };
}

function encode(values: TypedArray): FilteredValues {
  const space = workspace();
  const size = values.BYTES_PER_ELEMENT;
  const sampled = Math.min(values.length, pieceLength(size));
  for (const divisors of [true, false]) {
    if (sampled === 0) break;
    load(space, values, 0, sampled);
    const { plan } = choosePlan(space, sampled, size, { divisors, kinds: ["plain"] });
    const filtered = filterAll(space, values, { representation: plan.representation, order: plan.arrangement.order });
    if (filtered !== undefined) return filtered;
  }
  const whole = { representation: { kind: "integers", divisor: 1 } as const, order: 0 };
  return filterAll(space, values, whole) as FilteredValues;
}

function integer(value: JsonValue | undefined, from: number, to: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < from || value > to)
    throw corrupt(`"${JSON.stringify(value)}" where an integer from ${from} to ${to} belongs`);
  return value;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw corrupt("no representation");
  return value as JsonObject;
}

function readConfiguration(configuration: JsonObject, size: number): FilterPlan {
  const { version, order, corrected } = configuration;
  if (version !== 1) throw corrupt(`version "${JSON.stringify(version)}" where 1 belongs`);
  const told = objectOf(configuration["representation"]);
  const kind = representationKinds.find((one) => one === told["kind"]);
  if (kind === undefined || typeof corrected !== "boolean") throw corrupt("an unknown representation");
  const factor = (name: string, most: number): number => integer(told[name], 1, most);
  const representation: Representation =
    kind === "floats"
      ? { kind }
      : kind === "integers"
        ? { kind, divisor: factor("divisor", largestInteger) }
        : { kind, scale: factor("scale", largestScale), divisor: factor("divisor", largestInteger) };
  if (!isRepresentable(representation, size)) throw corrupt(`elements of ${size} bytes as ${kind}`);
  return { representation, order: integer(order, 0, mostOrder), corrected };
}

function decode(bytes: Uint8Array, configuration: JsonObject, target: TypedArray): void {
  const space = workspace();
  const { source, corrections } = space;
  const size = target.BYTES_PER_ELEMENT;
  const plan = readConfiguration(configuration, size);
  const typesize = differenceSize(plan.representation, size);
  const length = target.length * (typesize + (plan.corrected ? correctionSize : 0));
  if (bytes.length !== length) throw corrupt(`${bytes.length} bytes where ${length} belong`);
  const correctionsAt = target.length * typesize;
  const step = pieceLength(size);
  for (let from = 0; from < target.length; from += step) {
    const count = Math.min(step, target.length - from);
    space.bytes.set(bytes.subarray(from * typesize, (from + count) * typesize), source);
    if (plan.corrected) {
      const start = correctionsAt + from * correctionSize;
      space.bytes.set(bytes.subarray(start, start + count * correctionSize), corrections);
    }
    bytesOf(target).set(restorePiece(space, plan, count, size), from * size);
  }
}

/**
 * The filter `numeric`: the representations of the codec {@link numeric} and their differences, for use ahead of another codec, such as Blosc with a byte shuffle.
 * Floats that are decimals become integers of 8 bytes, with as many bytes of corrections behind them where some are not; runs and common values are left to
 * the codec. Exact bit for bit; there is no checksum, so damaged bytes of the right length decode to other values.
 */
export function numericFilter(): Filter {
  return { name: "numeric", encode, decode };
}
