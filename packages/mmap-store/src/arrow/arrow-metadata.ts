import { AtcError, type ColumnType } from "@atc/contract";
import { Builder } from "flatbuffers";

/** A field of an Arrow schema. A `text` column is an int32-indexed dictionary; its id is the index of the column. */
export interface ArrowField {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A buffer of a message's body. */
export interface BodyBuffer {
  readonly offset: number;
  readonly length: number;
}

/** The header of a record batch: rows, null counts per column, and the buffers in order. */
export interface BatchMetadata {
  readonly rows: number;
  readonly nulls: readonly number[];
  readonly buffers: readonly BodyBuffer[];
  readonly bodyLength: number;
}

/** The position of a message in a file. */
export interface FileBlock {
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

/** Numbers from Arrow's Schema.fbs, Message.fbs and File.fbs. */
const metadataVersion5 = 4;
const header = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const typeTag = { int: 2, floatingPoint: 3, utf8: 5, timestamp: 10 } as const;
const precision = { float32: 1, float64: 2 } as const;
const timeUnit = { "timestamp[ms]": 1, "timestamp[ns]": 3 } as const;
const integers = {
  int8: [8, true],
  uint8: [8, false],
  int32: [32, true],
  uint32: [32, false],
  int64: [64, true],
} as const;

export function schemaMessage(fields: readonly ArrowField[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const builder = new Builder(1024);
  return message(builder, header.schema, schema(builder, fields, metadata), 0);
}

export function dictionaryMessage(id: number, batch: BatchMetadata): Uint8Array {
  const builder = new Builder(256);
  const data = recordBatch(builder, batch);
  builder.startObject(3);
  builder.addFieldInt64(0, BigInt(id), 0n);
  builder.addFieldOffset(1, data, 0);
  return message(builder, header.dictionaryBatch, builder.endObject(), batch.bodyLength);
}

export function recordBatchMessage(batch: BatchMetadata): Uint8Array {
  const builder = new Builder(1024);
  return message(builder, header.recordBatch, recordBatch(builder, batch), batch.bodyLength);
}

export function footer(
  fields: readonly ArrowField[],
  metadata: Readonly<Record<string, string>>,
  dictionaries: readonly FileBlock[],
  recordBatches: readonly FileBlock[],
): Uint8Array {
  const builder = new Builder(1024);
  const schemaOffset = schema(builder, fields, metadata);
  const dictionaryBlocks = blocks(builder, dictionaries);
  const batchBlocks = blocks(builder, recordBatches);
  builder.startObject(5);
  builder.addFieldInt16(0, metadataVersion5, 0);
  builder.addFieldOffset(1, schemaOffset, 0);
  builder.addFieldOffset(2, dictionaryBlocks, 0);
  builder.addFieldOffset(3, batchBlocks, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

function message(builder: Builder, tag: number, content: number, bodyLength: number): Uint8Array {
  builder.startObject(5);
  builder.addFieldInt16(0, metadataVersion5, 0);
  builder.addFieldInt8(1, tag, 0);
  builder.addFieldOffset(2, content, 0);
  builder.addFieldInt64(3, BigInt(bodyLength), 0n);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

function schema(builder: Builder, fields: readonly ArrowField[], metadata: Readonly<Record<string, string>>): number {
  const fieldVector = offsets(
    builder,
    fields.map((field, place) => fieldTable(builder, field, place)),
  );
  const pairs = Object.entries(metadata).map(([key, value]) => keyValue(builder, key, value));
  const metadataVector = pairs.length === 0 ? 0 : offsets(builder, pairs);
  builder.startObject(4);
  builder.addFieldOffset(1, fieldVector, 0);
  builder.addFieldOffset(2, metadataVector, 0);
  return builder.endObject();
}

function keyValue(builder: Builder, key: string, value: string): number {
  const keyOffset = builder.createString(key);
  const valueOffset = builder.createString(value);
  builder.startObject(2);
  builder.addFieldOffset(0, keyOffset, 0);
  builder.addFieldOffset(1, valueOffset, 0);
  return builder.endObject();
}

function fieldTable(builder: Builder, { name, type, nullable }: ArrowField, place: number): number {
  const nameOffset = builder.createString(name);
  const dictionary = type === "text" ? dictionaryEncoding(builder, place) : 0;
  const [tag, typeOffset] = typeTable(builder, type);
  const children = offsets(builder, []);
  builder.startObject(7);
  builder.addFieldOffset(0, nameOffset, 0);
  builder.addFieldInt8(1, nullable ? 1 : 0, 0);
  builder.addFieldInt8(2, tag, 0);
  builder.addFieldOffset(3, typeOffset, 0);
  builder.addFieldOffset(4, dictionary, 0);
  builder.addFieldOffset(5, children, 0);
  return builder.endObject();
}

function dictionaryEncoding(builder: Builder, id: number): number {
  const indexType = integer(builder, 32, true);
  builder.startObject(4);
  builder.addFieldInt64(0, BigInt(id), 0n);
  builder.addFieldOffset(1, indexType, 0);
  return builder.endObject();
}

function typeTable(builder: Builder, type: ColumnType): readonly [tag: number, offset: number] {
  switch (type) {
    case "text":
      builder.startObject(0);
      return [typeTag.utf8, builder.endObject()];
    case "timestamp[ms]":
    case "timestamp[ns]": {
      const timezone = builder.createString("UTC");
      builder.startObject(2);
      builder.addFieldInt16(0, timeUnit[type], 0);
      builder.addFieldOffset(1, timezone, 0);
      return [typeTag.timestamp, builder.endObject()];
    }
    case "float32":
    case "float64":
      builder.startObject(1);
      builder.addFieldInt16(0, precision[type], 0);
      return [typeTag.floatingPoint, builder.endObject()];
    default: {
      const known = integers[type];
      if (known === undefined)
        throw new AtcError("ATC_INVALID_ARGUMENT", `the column type "${String(type)}" is unknown`);
      return [typeTag.int, integer(builder, known[0], known[1])];
    }
  }
}

function integer(builder: Builder, bits: number, signed: boolean): number {
  builder.startObject(2);
  builder.addFieldInt32(0, bits, 0);
  builder.addFieldInt8(1, signed ? 1 : 0, 0);
  return builder.endObject();
}

function recordBatch(builder: Builder, batch: BatchMetadata): number {
  // Flatbuffers are built from the end, so vectors of structs are written in reverse: last element, last member first.
  builder.startVector(16, batch.nulls.length, 8);
  for (const nulls of batch.nulls.toReversed()) longs(builder, batch.rows, nulls);
  const nodes = builder.endVector();
  builder.startVector(16, batch.buffers.length, 8);
  for (const { offset, length } of batch.buffers.toReversed()) longs(builder, offset, length);
  const buffers = builder.endVector();
  builder.startObject(5);
  builder.addFieldInt64(0, BigInt(batch.rows), 0n);
  builder.addFieldOffset(1, nodes, 0);
  builder.addFieldOffset(2, buffers, 0);
  return builder.endObject();
}

function longs(builder: Builder, first: number, second: number): void {
  builder.prep(8, 16);
  builder.writeInt64(BigInt(second));
  builder.writeInt64(BigInt(first));
}

function blocks(builder: Builder, list: readonly FileBlock[]): number {
  builder.startVector(24, list.length, 8);
  for (const block of list.toReversed()) {
    builder.prep(8, 24);
    builder.writeInt64(BigInt(block.bodyLength));
    builder.pad(4);
    builder.writeInt32(block.metadataLength);
    builder.writeInt64(BigInt(block.offset));
  }
  return builder.endVector();
}

function offsets(builder: Builder, list: readonly number[]): number {
  builder.startVector(4, list.length, 4);
  for (const offset of list.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}
