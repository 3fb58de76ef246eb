import { types } from "node:util";
import { toPortableError } from "@atc/plugin-kit";
import { type ByteWriter, byteWriter } from "./byte-writer.ts";
import { deepest, tag, viewTypes, wireHeader } from "./value-tags.ts";

/** A text that UTF-8 cannot hold. */
const loneSurrogate = /\p{Surrogate}/u;

/**
 * A value as bytes: what a structured clone accepts without shared memory and regular expressions. Equal values have
 * equal bytes, so that a digest of them can be a key. Views that share a buffer each have their own bytes afterwards.
 *
 * @throws TypeError for a function, a symbol, shared memory, or a value within itself
 */
export function encodeValue(value: unknown): Uint8Array {
  const writer = byteWriter();
  for (const byte of wireHeader) writer.byte(byte);
  write(writer, value, 0);
  return writer.finish();
}

function write(writer: ByteWriter, value: unknown, depth: number): void {
  if (value === null || typeof value === "undefined" || typeof value === "boolean") writeConstant(writer, value);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "string") writeText(writer, value);
  else if (typeof value === "bigint") {
    writer.byte(tag.bigint);
    writer.text(String(value));
  } else if (typeof value === "object") {
    if (depth === deepest) throw new TypeError(`it is more than ${deepest} objects deep, or contains itself`);
    writeObject(writer, value, depth + 1);
  } else throw new TypeError(`it contains a ${typeof value}`);
}

function writeConstant(writer: ByteWriter, value: null | undefined | boolean): void {
  if (value === undefined) writer.byte(tag.undefined);
  else if (value === null) writer.byte(tag.null);
  else writer.byte(value ? tag.true : tag.false);
}

function writeNumber(writer: ByteWriter, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    writer.byte(tag.int32);
    writer.int32(value);
  } else {
    writer.byte(tag.float64);
    writer.float64(value);
  }
}

function writeText(writer: ByteWriter, value: string): void {
  if (loneSurrogate.test(value)) {
    const units = Buffer.from(value, "utf16le");
    writer.byte(tag.units);
    writer.uint32(units.length);
    writer.bytes(units);
  } else {
    writer.byte(tag.text);
    writer.text(value);
  }
}

function writeObject(writer: ByteWriter, value: object, depth: number): void {
  if (ArrayBuffer.isView(value)) writeView(writer, value);
  else if (Array.isArray(value)) {
    writer.byte(tag.array);
    writer.uint32(value.length);
    for (const each of value) write(writer, each, depth);
  } else if (value instanceof Map) {
    writer.byte(tag.map);
    writer.uint32(value.size);
    for (const [key, each] of value) {
      write(writer, key, depth);
      write(writer, each, depth);
    }
  } else if (value instanceof Set) {
    writer.byte(tag.set);
    writer.uint32(value.size);
    for (const each of value) write(writer, each, depth);
  } else if (value instanceof Date) {
    writer.byte(tag.date);
    writer.float64(value.getTime());
  } else if (value instanceof ArrayBuffer) {
    writer.byte(tag.buffer);
    writer.uint32(value.byteLength);
    writer.bytes(new Uint8Array(value));
  } else if (value instanceof Error) {
    writer.byte(tag.error);
    write(writer, toPortableError(value), depth);
  } else writeMembers(writer, value, depth);
}

function writeView(writer: ByteWriter, value: ArrayBufferView): void {
  if (types.isSharedArrayBuffer(value.buffer)) throw new TypeError("it contains shared memory");
  const kind = viewTypes.findIndex((type) => value instanceof type);
  writer.byte(tag.view);
  writer.byte(kind);
  writer.uint32(value.byteLength);
  writer.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
}

function writeMembers(writer: ByteWriter, value: object, depth: number): void {
  if (types.isProxy(value) || types.isSharedArrayBuffer(value) || types.isRegExp(value) || types.isPromise(value))
    throw new TypeError(`it contains a ${Object.prototype.toString.call(value).slice(8, -1)}`);
  const members = Object.entries(value);
  writer.byte(tag.object);
  writer.uint32(members.length);
  for (const [key, each] of members) {
    writeText(writer, key);
    write(writer, each, depth);
  }
}
