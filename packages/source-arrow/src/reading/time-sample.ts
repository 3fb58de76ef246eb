import type { BatchRows } from "../columns/batch-rows.ts";
import { bitsOf, isSet } from "../columns/number-reader.ts";
import { timeCells } from "../columns/time-cells.ts";
import type { TimeTexts } from "../columns/time-column.ts";
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

/** The first times of a file as texts, and the times of day if they have a column of their own. */
export async function sampleTimes(
  reading: DictionaryReading,
  position: number,
  clock: number | undefined,
): Promise<TimeTexts> {
  const { source, file } = reading;
  const dates: string[] = [];
  const clocks: string[] = [];
  for (const location of source.contents.messages) {
    if (dates.length >= sampledRows) break;
    const message = await readMessage(file, location);
    if (message.type === dictionaryMessage) await readDictionary(reading, location, message);
    if (message.type !== batchMessage) continue;
    const place = { file, path: source.file.path, body: location.body, bodyLength: message.bodyLength };
    const batch = await recordBatch(message.header, place, source.contents.fields, source.options.codec);
    const count = Math.min(sampledRows - dates.length, batch.length);
    if (count === 0) continue;
    await addTexts(reading, batch, position, count, dates);
    if (clock !== undefined) await addTexts(reading, batch, clock, count, clocks);
  }
  return { dates, clocks: clock === undefined ? undefined : clocks };
}
