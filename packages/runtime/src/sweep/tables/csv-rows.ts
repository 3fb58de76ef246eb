import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { isMetricName, type Table } from "@atc/backtest";
import { absentOnly, type ColumnMetadata, fromSystemError, isAtcError, type TextColumn } from "@atc/contract";
import { csvRecords } from "./csv-records.ts";
import { type DescribedCsv, readDescribedCsv, sidecarOf } from "./csv-sidecar.ts";
import { batchRows, damagedTable, notATable, type TableRows } from "./table-rows.ts";

type CsvRecord = readonly string[];

/** All records of a file with their numbers, in batches. */
async function* recordsOf(file: string): AsyncGenerator<readonly CsvRecord[], void, void> {
  const splitter = csvRecords();
  try {
    for await (const piece of createReadStream(file, { encoding: "utf8", highWaterMark: 2 ** 18 })) {
      const records = splitter.push(String(piece));
      if (records.length > 0) yield records;
    }
  } catch (error) {
    throw isAtcError(error) ? error : fromSystemError(error, `cannot read "${file}"`, "check the path");
  }
  const last = splitter.finish();
  if (last === undefined) throw damagedTable(file, "it ends in the middle of a quoted field");
  if (last.length > 0) yield last;
}

/** The header and the first record. */
async function headOf(file: string): Promise<readonly CsvRecord[]> {
  const head: CsvRecord[] = [];
  for await (const records of recordsOf(file)) {
    head.push(...records);
    if (head.length > 1) break;
  }
  return head.slice(0, 2);
}

const isNumber = (text: string): boolean => text === "NaN" || (text !== "" && Number.isFinite(Number(text)));

/** The types of columns: those of keys by their first values. */
function columnsOf([header = [], first = []]: readonly CsvRecord[]): readonly ColumnMetadata[] {
  return header.map((name, i) => {
    const isKey = !["configuration", "symbol", "span", "error"].includes(name) && !isMetricName(name);
    const isText = isKey ? first[i] !== undefined && !isNumber(first[i]) : name === "symbol" || name === "error";
    return { name: i === 0 ? name.replace(/^\uFEFF/, "") : name, type: isText ? "text" : "float64" };
  });
}

/** A column that is filled from records. */
interface CsvColumn {
  /** Adds a field; false if it is not a number. */
  add(text: string): boolean;
  /** The fields since the last call. */
  take(): Float64Array | TextColumn;
}

function numberColumn(): CsvColumn {
  let values: number[] = [];
  return {
    add(text) {
      values.push(text === "" ? Number.NaN : Number(text));
      return text === "" || isNumber(text) || /^-?Infinity$/.test(text);
    },
    take() {
      const taken = Float64Array.from(values);
      values = [];
      return taken;
    },
  };
}

function textColumn(): CsvColumn {
  const values: string[] = [];
  const places = new Map<string, number>();
  let indices: number[] = [];
  return {
    add(text) {
      let place = places.get(text);
      if (place === undefined) {
        place = values.push(text) - 1;
        places.set(text, place);
      }
      indices.push(place);
      return true;
    },
    take() {
      const taken = { indices: Int32Array.from(indices), values };
      indices = [];
      return taken;
    },
  };
}

async function* batchesOf(
  file: string,
  path: string,
  columns: readonly ColumnMetadata[],
): AsyncGenerator<Table, void, void> {
  const fields = columns.map(({ type }) => (type === "text" ? textColumn() : numberColumn()));
  let length = 0;
  let record = 0;
  const taken = (): Table => {
    const values = Object.fromEntries(columns.map(({ name }, i) => [name, (fields[i] as CsvColumn).take()]));
    const table = { length, columns, values };
    length = 0;
    return table;
  };
  for await (const records of recordsOf(file))
    for (const texts of records) {
      if (record++ === 0) continue;
      if (texts.length !== columns.length)
        throw damagedTable(path, `row ${record} has ${texts.length} fields instead of ${columns.length}`);
      for (const [i, text] of texts.entries())
        if (!(fields[i] as CsvColumn).add(text))
          throw damagedTable(path, `"${columns[i]?.name}" in row ${record} is "${text}" instead of a number`);
      if (++length === batchRows) yield taken();
    }
  if (length > 0) yield taken();
}

/** The description beside a file; undefined without one. */
async function describedBeside(file: string): Promise<DescribedCsv | undefined> {
  const beside = sidecarOf(file);
  try {
    return readDescribedCsv(await readFile(beside, "utf8"), beside);
  } catch (error) {
    if (isAtcError(error)) throw error;
    try {
      absentOnly(error);
    } catch {
      throw fromSystemError(error, `cannot read "${beside}"`, "check its permissions");
    }
    return undefined;
  }
}

/**
 * Opens the rows of a CSV file. Its description is in a file beside it.
 *
 * @throws ATC_INVALID_ARGUMENT if it has no header; ATC_CORRUPT_DATA if the description is not of this file;
 * ATC_NOT_FOUND, ATC_IO
 */
export async function csvRows(file: string): Promise<TableRows> {
  const head = await headOf(file);
  if (head.length === 0) throw notATable(file, "it is empty");
  const columns = columnsOf(head);
  const described = columns[0]?.name === "configuration" ? await describedBeside(file) : undefined;
  if (described !== undefined && described.bytes !== (await stat(file)).size)
    throw damagedTable(
      file,
      `it is not the file that "${sidecarOf(file)}" describes`,
      "write it again, or remove that file if you have edited the table",
    );
  return {
    columns,
    description: described?.description,
    batches: () => batchesOf(file, file, columns),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
