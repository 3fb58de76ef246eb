import { AtcError, bytesPerElement, dtypeOf } from "@atc/contract";
import {
  type ArrowField,
  type BatchMetadata,
  type BodyBuffer,
  dictionaryMessage,
  type FileBlock,
  footer,
  recordBatchMessage,
  schemaMessage,
} from "./arrow-metadata.ts";

/** Every buffer begins at a multiple of this many bytes, as the Arrow format recommends for SIMD. */
const alignment = 64;

/** A column of an Arrow file before its values are known. */
export interface ArrowColumn extends ArrowField {
  /** The texts of a `text` column. */
  readonly dictionary?: readonly string[];
  /** Number of null rows; default: 0. If above 0, the column has a validity bitmap. */
  readonly nulls?: number;
}

/** The position of a column's buffers in the file. */
interface ColumnPlace {
  /** Byte offset of the values. */
  readonly offset: number;
  /** Bytes of the values, without padding. */
  readonly length: number;
  /** Byte offset of the validity bitmap; undefined if no row is null. */
  readonly validity: number | undefined;
}

/** An Arrow file with one record batch: everything except the columns' values. Zeros fill the gaps between buffers. */
export interface ArrowFileLayout {
  /** All bytes before the record batch's body. */
  readonly head: Uint8Array;
  readonly columns: readonly ColumnPlace[];
  /** Byte offset of `tail`. */
  readonly tailOffset: number;
  /** End-of-stream marker, footer and closing magic. */
  readonly tail: Uint8Array;
  /** Bytes of the whole file. */
  readonly bytes: number;
}

const magic = new TextEncoder().encode("ARROW1");
const continuation = 0xffffffff;
const maxDictionaryBytes = 2 ** 31 - 1;

/** `bytes` rounded up to a multiple of 64. */
function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/**
 * Lays out an Arrow IPC file with one record batch. Offsets do not depend on values, so these can be written in any
 * order.
 */
export function layOutArrowFile(
  columns: readonly ArrowColumn[],
  rows: number,
  metadata: Readonly<Record<string, string>> = {},
): ArrowFileLayout {
  const pieces: Uint8Array[] = [magic, new Uint8Array(2)];
  let position = 8;
  const append = (piece: Uint8Array): void => {
    pieces.push(piece);
    position += piece.length;
  };
  append(framed(schemaMessage(columns, metadata), position));

  const dictionaries: FileBlock[] = [];
  for (const [id, { type, dictionary, name }] of columns.entries()) {
    if (type !== "text") continue;
    const body = dictionaryBody(dictionary ?? [], name);
    const offset = position;
    const frame = framed(dictionaryMessage(id, body.batch), position);
    append(frame);
    append(body.bytes);
    dictionaries.push({ offset, metadataLength: frame.length, bodyLength: body.bytes.length });
  }

  const batch = batchOf(columns, rows);
  const batchOffset = position;
  const frame = framed(recordBatchMessage(batch.metadata), position);
  append(frame);
  const block = { offset: batchOffset, metadataLength: frame.length, bodyLength: batch.metadata.bodyLength };
  const tailOffset = position + batch.metadata.bodyLength;
  const tail = tailOf(footer(columns, metadata, dictionaries, [block]));
  return {
    head: concatenated(pieces, position),
    columns: batch.places.map((place) => ({
      offset: place.offset + position,
      length: place.length,
      validity: place.validity === undefined ? undefined : place.validity + position,
    })),
    tailOffset,
    tail,
    bytes: tailOffset + tail.length,
  };
}

/** The record batch's metadata, and the positions of the columns within its body. */
function batchOf(
  columns: readonly ArrowColumn[],
  rows: number,
): { readonly metadata: BatchMetadata; readonly places: readonly ColumnPlace[] } {
  const buffers: BodyBuffer[] = [];
  const places: ColumnPlace[] = [];
  let end = 0;
  const take = (length: number): number => {
    const offset = end;
    buffers.push({ offset, length });
    end += padded(length);
    return offset;
  };
  for (const column of columns) {
    const hasNulls = (column.nulls ?? 0) > 0;
    const validity = take(hasNulls ? Math.ceil(rows / 8) : 0);
    const length = rows * bytesPerElement[dtypeOf(column.type)];
    places.push({ offset: take(length), length, validity: hasNulls ? validity : undefined });
  }
  const nulls = columns.map((column) => column.nulls ?? 0);
  return { metadata: { rows, nulls, buffers, bodyLength: end }, places };
}

/** A message with its 8-byte prefix. Its metadata is padded, so that what follows is aligned. */
function framed(metadata: Uint8Array, position: number): Uint8Array {
  const length = padded(position + 8 + metadata.length) - position;
  const frame = new Uint8Array(length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, continuation, true);
  view.setInt32(4, length - 8, true);
  frame.set(metadata, 8);
  return frame;
}

function dictionaryBody(
  texts: readonly string[],
  column: string,
): { readonly bytes: Uint8Array; readonly batch: BatchMetadata } {
  const total = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (total > maxDictionaryBytes)
    throw new AtcError(
      "ATC_UNSUPPORTED",
      `the texts of column "${column}" have ${total} bytes; at most ${maxDictionaryBytes} are supported`,
    );
  const offsetBytes = 4 * (texts.length + 1);
  const dataOffset = padded(offsetBytes);
  const bytes = new Uint8Array(dataOffset + padded(total));
  const offsets = new Int32Array(bytes.buffer, 0, texts.length + 1);
  const encoder = new TextEncoder();
  let end = 0;
  for (const [i, text] of texts.entries()) {
    end += encoder.encodeInto(text, bytes.subarray(dataOffset + end)).written;
    offsets[i + 1] = end;
  }
  const buffers = [
    { offset: 0, length: 0 },
    { offset: 0, length: offsetBytes },
    { offset: dataOffset, length: total },
  ];
  return { bytes, batch: { rows: texts.length, nulls: [0], buffers, bodyLength: bytes.length } };
}

function tailOf(footerBytes: Uint8Array): Uint8Array {
  const tail = new Uint8Array(8 + footerBytes.length + 4 + magic.length);
  const view = new DataView(tail.buffer);
  view.setUint32(0, continuation, true);
  tail.set(footerBytes, 8);
  view.setInt32(8 + footerBytes.length, footerBytes.length, true);
  tail.set(magic, 12 + footerBytes.length);
  return tail;
}

function concatenated(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
