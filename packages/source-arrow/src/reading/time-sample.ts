import type { BatchRows } from "../columns/batch-rows.ts";
import { bitsOf, isSet } from "../columns/number-reader.ts";
import { timeCells } from "../columns/time-cells.ts";
import { batchMessage, dictionaryMessage, readMessage } from "../format/messages.ts";
import type { RecordBatch } from "../format/record-batch.ts";
import { recordBatch } from "../format/record-batch.ts";
import { type DictionaryReading, dictionaryOf, readDictionary } from "./column-filler.ts";

/** Rows from which the form of times is detected. */
const sampledRows = 5000;

async function addTexts(
  reading: DictionaryReading,
  batch: RecordBatch,
  position: number,
  count: number,
  texts: string[],
): Promise<void> {
  const field = reading.source.contents.fields[position];
  const column = batch.column(position);
  const rows: BatchRows = { from: 0, count, at: 0 };
  const bits = column.validity && (await bitsOf(column.validity, 0, count));
  await timeCells(field, dictionaryOf(reading, field))?.(column, rows, (bytes, start, end, row) => {
    const isPresent = bits === undefined || isSet(bits, row);
    texts.push(
      isPresent
        ? Buffer.from(bytes.subarray(start, Math.min(end, start + 400)))
            .toString("utf8")
            .trim()
        : "",
    );
  });
}

/** The texts of some columns in the first rows of a file, by position. A column that cannot hold times has none. */
export async function sampleTimes(
  reading: DictionaryReading,
  positions: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const { source, file } = reading;
  const texts = new Map(positions.map((position) => [position, [] as string[]]));
  let rows = 0;
  for (const location of source.contents.messages) {
    if (rows >= sampledRows) break;
    const message = await readMessage(file, location);
    if (message.type === dictionaryMessage) await readDictionary(reading, location, message);
    if (message.type !== batchMessage) continue;
    const place = { file, path: source.file.path, body: location.body, bodyLength: message.bodyLength };
    const batch = await recordBatch(message.header, place, source.contents.fields, source.options.codec);
    const count = Math.min(sampledRows - rows, batch.length);
    if (count === 0) continue;
    for (const [position, found] of texts) await addTexts(reading, batch, position, count, found);
    rows += count;
  }
  return texts;
}
