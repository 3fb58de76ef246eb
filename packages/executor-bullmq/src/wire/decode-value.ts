import { AtcError } from "@atc/contract";
import { fromPortableError, type PortableError } from "@atc/plugin-kit";
import { deepest, tag, viewTypes, wireHeader, wireVersion } from "./value-tags.ts";

/** Bytes, and the position of the next value. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/**
 * The value that `encodeValue` encoded. Its buffers are its own.
 *
 * @throws ATC_CORRUPT_DATA for bytes that no encoder wrote; ATC_UNSUPPORTED for another version of the encoding
 */
export function decodeValue(bytes: Uint8Array): unknown {
  const cursor: Cursor = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  const version = cursor.bytes[wireHeader.length - 1];
  if (wireHeader.slice(0, -1).some((byte, i) => byte !== cursor.bytes[i])) throw corrupt("it has no header");
  if (version !== wireVersion)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the value of a task has version ${version} of the encoding, not ${wireVersion}; install the same release for submitters and workers`,
    );
  cursor.at = wireHeader.length;
  const value = read(cursor, 0);
  if (cursor.at !== bytes.length) throw corrupt(`${bytes.length - cursor.at} bytes follow it`);
  return value;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `the encoded value of a task is damaged: ${what}; run the task again`);
}

/** Reserves bytes; a length beyond the end never allocates. */
function take(cursor: Cursor, length: number): number {
  const { at } = cursor;
  if (length > cursor.bytes.length - at) throw corrupt(`it ends at byte ${cursor.bytes.length}`);
  cursor.at = at + length;
  return at;
}

function uint32(cursor: Cursor): number {
  return cursor.bytes.readUInt32LE(take(cursor, 4));
}

/** A count of values, each of which has at least a byte. */
function count(cursor: Cursor): number {
  const found = uint32(cursor);
  if (found > cursor.bytes.length - cursor.at) throw corrupt(`it ends at byte ${cursor.bytes.length}`);
  return found;
}

function text(cursor: Cursor, encoding: "utf8" | "utf16le"): string {
  const length = uint32(cursor);
  const from = take(cursor, length);
  return cursor.bytes.toString(encoding, from, from + length);
}

function copy(cursor: Cursor): ArrayBuffer {
  const length = uint32(cursor);
  const from = take(cursor, length);
  return Uint8Array.prototype.slice.call(cursor.bytes, from, from + length).buffer as ArrayBuffer;
}

function read(cursor: Cursor, depth: number): unknown {
  if (depth > deepest) throw corrupt(`it is more than ${deepest} objects deep`);
  const kind = cursor.bytes.readUInt8(take(cursor, 1));
  switch (kind) {
    case tag.undefined:
      return undefined;
    case tag.null:
      return null;
    case tag.false:
      return false;
    case tag.true:
      return true;
    case tag.int32:
      return cursor.bytes.readInt32LE(take(cursor, 4));
    case tag.float64:
      return cursor.bytes.readDoubleLE(take(cursor, 8));
    case tag.text:
      return text(cursor, "utf8");
    case tag.units:
      return text(cursor, "utf16le");
    case tag.bigint:
      return bigint(text(cursor, "utf8"));
    case tag.date:
      return new Date(cursor.bytes.readDoubleLE(take(cursor, 8)));
    case tag.buffer:
      return copy(cursor);
    case tag.view:
      return view(cursor);
    default:
      return container(cursor, kind, depth + 1);
  }
}

function bigint(digits: string): bigint {
  if (!/^-?\d+$/.test(digits)) throw corrupt("a bigint is not a number");
  return BigInt(digits);
}

function view(cursor: Cursor): ArrayBufferView {
  const type = viewTypes[cursor.bytes.readUInt8(take(cursor, 1))];
  if (type === undefined) throw corrupt("it has an array of unknown type");
  const buffer = copy(cursor);
  if (buffer.byteLength % (type.BYTES_PER_ELEMENT ?? 1) !== 0) throw corrupt("an array ends within an element");
  return new type(buffer);
}

function container(cursor: Cursor, kind: number, depth: number): unknown {
  switch (kind) {
    case tag.array:
      return Array.from({ length: count(cursor) }, () => read(cursor, depth));
    case tag.object:
      return members(cursor, depth);
    case tag.map: {
      const pairs = Array.from({ length: count(cursor) }, () => [read(cursor, depth), read(cursor, depth)] as const);
      return new Map(pairs);
    }
    case tag.set:
      return new Set(Array.from({ length: count(cursor) }, () => read(cursor, depth)));
    case tag.error:
      return errorOf(read(cursor, depth));
    default:
      throw corrupt(`it has a value of unknown kind ${kind}`);
  }
}

/** An error of its plain form. Other programs write to queues too, so a value of another form is damage. */
function errorOf(value: unknown): Error {
  try {
    return fromPortableError(value as PortableError);
  } catch {
    throw corrupt("an error does not have the form of one");
  }
}

function members(cursor: Cursor, depth: number): object {
  const object: Record<string, unknown> = {};
  for (let left = count(cursor); left > 0; left--) {
    const key = read(cursor, depth);
    if (typeof key !== "string") throw corrupt("a member has no name");
    const value = read(cursor, depth);
    // An assignment to "__proto__" would set the prototype.
    if (key === "__proto__")
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    else object[key] = value;
  }
  return object;
}
