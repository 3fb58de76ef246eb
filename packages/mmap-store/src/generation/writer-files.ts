import { mkdir } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { bytesPerElement, type ColumnMetadata, dtypeOf, type SeriesColumns, type TypedArray } from "@atc/contract";
import { type ArrowFileLayout, layOutArrowFile } from "../arrow/arrow-file.ts";
import { removeQuietly } from "../base/file-system.ts";
import { type PlannedPart, type PlannedSegment, type SegmentPlan, segmentColumns } from "../segment/segment-plan.ts";
import { type SegmentWriter, segmentWriter } from "../segment/segment-writer.ts";
import {
  type GenerationFiles,
  type PartFacts,
  storedSegment,
  temporaryPath,
  writtenParts,
} from "./generation-files.ts";

/** The segment files of a dataset writer. */
export interface WriterFiles extends GenerationFiles {
  /** Writes rows `row` to `row + rows` (exclusive) of a symbol. The caller has checked them. */
  write(symbol: string, row: number, rows: number, columns: SeriesColumns): Promise<void>;
}

interface OpenSegment {
  readonly planned: PlannedSegment;
  readonly path: string;
  readonly layout: ArrowFileLayout;
  readonly writer: SegmentWriter;
  rowsLeft: number;
  crc: number;
}

/** A part whose rows are being written. */
interface WrittenPart extends PartFacts {
  lastTime: bigint;
  readonly crc32: number[];
}

const indexChunk = 16_384;

/** Creates the temporary directory. The first row of a segment creates its file. */
export async function writerFiles(
  directory: string,
  schema: readonly ColumnMetadata[],
  { segments: planned, parts }: SegmentPlan,
): Promise<WriterFiles> {
  const open = new Map<number, OpenSegment>();
  const facts = new Map<PlannedPart, WrittenPart>();
  const indices = new Int32Array(indexChunk);
  let active: OpenSegment | undefined;
  await mkdir(directory);

  const segmentOf = (index: number): OpenSegment => {
    const known = open.get(index);
    if (known !== undefined) return known;
    const segment = planned[index] as PlannedSegment;
    const path = temporaryPath(directory, index);
    const layout = layOutArrowFile(segmentColumns(schema, segment.symbols), segment.rows);
    const created = {
      planned: segment,
      path,
      layout,
      writer: segmentWriter(path, layout),
      rowsLeft: segment.rows,
      crc: 0,
    };
    open.set(index, created);
    return created;
  };
  const activate = async (index: number): Promise<OpenSegment> => {
    const segment = segmentOf(index);
    if (active !== segment) await active?.writer.suspend();
    active = segment;
    return segment;
  };
  const writeIndices = async (segment: OpenSegment, row: number, rows: number, index: number): Promise<void> => {
    indices.fill(index, 0, Math.min(rows, indexChunk));
    for (let done = 0; done < rows; done += indexChunk) {
      const length = Math.min(indexChunk, rows - done);
      await segment.writer.write(0, (row + done) * 4, bytesOf(indices, 0, length));
    }
  };
  const writePart = async (part: PlannedPart, from: number, to: number, slice: SeriesColumns, sliceRow: number) => {
    const segment = await activate(part.segment);
    const row = part.row + from - part.seriesRow;
    await writeIndices(segment, row, to - from, part.symbolIndex);
    const times = slice["timestamp"] as BigInt64Array;
    const firstTime = times[from - sliceRow] ?? 0n;
    const written = facts.get(part) ?? { firstTime, lastTime: firstTime, crc32: schema.map(() => 0) };
    facts.set(part, written);
    for (const [place, { name, type }] of schema.entries()) {
      const bytes = bytesOf(slice[name] as TypedArray, from - sliceRow, to - sliceRow);
      // Slices of a symbol arrive in order, so each continues the checksum of the one before.
      written.crc32[place] = crc32(bytes, written.crc32[place]);
      await segment.writer.write(place + 1, row * bytesPerElement[dtypeOf(type)], bytes);
    }
    written.lastTime = times[to - sliceRow - 1] ?? 0n;
    segment.rowsLeft -= to - from;
    if (segment.rowsLeft > 0) return;
    segment.crc = await segment.writer.finish();
    active = undefined;
  };

  return {
    async write(symbol, row, rows, columns) {
      for (const part of parts.get(symbol) ?? []) {
        const from = Math.max(row, part.seriesRow);
        const to = Math.min(row + rows, part.seriesRow + part.rows);
        if (from < to) await writePart(part, from, to, columns, row);
      }
    },
    segments: (nameOf) =>
      planned.map((_, index) => {
        const { layout, crc, planned: segment } = segmentOf(index);
        return storedSegment(nameOf(index), segment.rows, schema, layout, crc);
      }),
    parts: () => writtenParts(parts, (part) => facts.get(part)),
    paths: () => planned.map((_, index) => segmentOf(index).path),
    async discard() {
      try {
        await active?.writer.suspend();
      } catch {
        // The file is removed anyway.
      }
      active = undefined;
      await removeQuietly(directory);
    },
  };
}

function bytesOf(array: TypedArray, from: number, to: number): Uint8Array {
  const size = array.BYTES_PER_ELEMENT;
  return new Uint8Array(array.buffer, array.byteOffset + from * size, (to - from) * size);
}
