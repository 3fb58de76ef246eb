import { AtcError, type JsonObject, type JsonValue, type TypedArray } from "@atc/contract";
import { mostBytes, mostElements, type Workspace, workspace } from "../kernel/workspace.ts";
import { mostOrder, type Representation, representationKinds } from "../plan/plan.ts";
import { isRepresentable, largestInteger, largestScale } from "../plan/representable.ts";
import { represent, restore } from "../plan/representation.ts";
import { choosePlan } from "../search/plan-search.ts";

/** A transformed array. */
export interface TransformedValues {
  /** The bytes for a codec: differences, then corrections if there are any. */
  readonly bytes: Uint8Array;
  /** Plain JSON that `decode` needs besides the bytes. */
  readonly configuration: JsonObject;
  /** Bytes per element of `bytes`: pass it to a codec that shuffles. */
  readonly typesize: number;
}

/** A reversible change of representation before a codec: decimal scaling and differences. Exact bit for bit. */
export interface NumericTransform {
  /** `numeric`: the name to store beside the bytes. */
  readonly name: string;
  /** Transforms `values`, which stay as they are. */
  encode(values: TypedArray): TransformedValues;
  /**
   * Inverts `encode` into `target`, which has the dtype and length of the original.
   *
   * @throws ATC_CORRUPT_DATA if the bytes or the configuration do not fit the target
   */
  decode(bytes: Uint8Array, configuration: JsonObject, target: TypedArray): void;
}

interface TransformPlan {
  readonly representation: Representation;
  /** How often differences are taken. */
  readonly order: number;
  /** Whether corrections follow the differences. */
  readonly corrected: boolean;
}

/** Bytes of a correction. */
const correctionSize = 8;

function corrupt(reason: string): AtcError {
  return new AtcError(
    "ATC_CORRUPT_DATA",
    `numeric: ${reason}; the transformed values or their configuration are damaged`,
  );
}

function bytesOf(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Elements per piece. The first elements of each piece have no difference. */
function pieceLength(size: number): number {
  return Math.min(mostElements, mostBytes / size);
}

/** Bytes per difference: 8 for fractions, else those of an element. */
function differenceSize(representation: Representation, size: number): number {
  return representation.kind === "fractions" ? 8 : size;
}

function load(space: Workspace, values: TypedArray, from: number, count: number): void {
  const size = values.BYTES_PER_ELEMENT;
  space.bytes.set(bytesOf(values).subarray(from * size, (from + count) * size), space.source);
  space.kernel.widen(space.source, space.values, count, size);
}

/**
 * Transforms a piece from the area `values` to the area `work`. Returns how many corrections are not 0; undefined if
 * the representation does not hold.
 */
function transformPiece(
  space: Workspace,
  plan: Omit<TransformPlan, "corrected">,
  count: number,
  size: number,
): number | undefined {
  const { kernel, values, work } = space;
  const corrected = represent(space, plan.representation, { from: values, to: work, count, size });
  if (corrected === undefined) return undefined;
  for (let i = 0; i < plan.order; i++) kernel.difference(work, count, 1);
  // Narrower differences wrap within their size, which has no room for a sign.
  if (differenceSize(plan.representation, size) === 8) kernel.zigzag(work, count);
  return corrected;
}

/** Restores a piece in the area `source` from the differences there and from the area `corrections`. */
function restorePiece(space: Workspace, plan: TransformPlan, count: number, size: number): Uint8Array {
  const { kernel, source, values, corrections } = space;
  const typesize = differenceSize(plan.representation, size);
  kernel.widen(source, values, count, typesize);
  if (typesize === 8) kernel.unzigzag(values, count);
  for (let i = 0; i < plan.order; i++) kernel.accumulate(values, count, 1);
  // Narrowing and widening extends the sign of sums that wrapped within their size.
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

/** Transforms all pieces; undefined if the representation does not hold for a piece or does not restore its bits. */
function transformAll(
  space: Workspace,
  values: TypedArray,
  plan: Omit<TransformPlan, "corrected">,
): TransformedValues | undefined {
  const size = values.BYTES_PER_ELEMENT;
  const typesize = differenceSize(plan.representation, size);
  const differences = new Uint8Array(values.length * typesize);
  let corrections: Uint8Array | undefined;
  const step = pieceLength(size);
  for (let from = 0; from < values.length; from += step) {
    const count = Math.min(step, values.length - from);
    load(space, values, from, count);
    const corrected = transformPiece(space, plan, count, size);
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

function configurationOf({ representation, order, corrected }: TransformPlan): JsonObject {
  return { version: 1, representation: { ...representation }, order, corrected };
}

function encode(values: TypedArray): TransformedValues {
  const space = workspace();
  const size = values.BYTES_PER_ELEMENT;
  const sampled = Math.min(values.length, pieceLength(size));
  for (const divisors of [true, false]) {
    if (sampled === 0) break;
    load(space, values, 0, sampled);
    const { plan } = choosePlan(space, sampled, size, { divisors, kinds: ["plain"] });
    const { representation, arrangement } = plan;
    const transformed = transformAll(space, values, { representation, order: arrangement.order });
    if (transformed !== undefined) return transformed;
  }
  const whole = { representation: { kind: "integers", divisor: 1 } as const, order: 0 };
  return transformAll(space, values, whole) as TransformedValues;
}

function integer(value: JsonValue | undefined, from: number, to: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < from || value > to)
    throw corrupt(`expected an integer from ${from} to ${to}, not "${JSON.stringify(value)}"`);
  return value;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw corrupt("no representation");
  return value as JsonObject;
}

function readConfiguration(configuration: JsonObject, size: number): TransformPlan {
  const { version, order, corrected } = configuration;
  if (version !== 1) throw corrupt(`expected version 1, not "${JSON.stringify(version)}"`);
  const written = objectOf(configuration["representation"]);
  const kind = representationKinds.find((one) => one === written["kind"]);
  if (kind === undefined || typeof corrected !== "boolean") throw corrupt("an unknown representation");
  const factor = (name: string, most: number): number => integer(written[name], 1, most);
  const representation: Representation =
    kind === "floats"
      ? { kind }
      : kind === "integers"
        ? { kind, divisor: factor("divisor", largestInteger) }
        : { kind, scale: factor("scale", largestScale), divisor: factor("divisor", largestInteger) };
  if (!isRepresentable(representation, size)) throw corrupt(`elements of ${size} bytes cannot be ${kind}`);
  return { representation, order: integer(order, 0, mostOrder), corrected };
}

function decode(bytes: Uint8Array, configuration: JsonObject, target: TypedArray): void {
  const space = workspace();
  const { source, corrections } = space;
  const size = target.BYTES_PER_ELEMENT;
  const plan = readConfiguration(configuration, size);
  const typesize = differenceSize(plan.representation, size);
  const length = target.length * (typesize + (plan.corrected ? correctionSize : 0));
  if (bytes.length !== length) throw corrupt(`expected ${length} bytes, not ${bytes.length}`);
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
 * The representations of the codec {@link numeric} and their differences, for use before another codec, such as Blosc
 * with a byte shuffle. It leaves runs, common values and entropy coding to that codec.
 *
 * Decimals become integers of 8 bytes. If some floats are not decimals, as many bytes of corrections follow.
 * There is no checksum: damaged bytes of the right length decode to other values.
 */
export function numericTransform(): NumericTransform {
  return { name: "numeric", encode, decode };
}
