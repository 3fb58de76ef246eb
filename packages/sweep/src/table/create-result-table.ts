import type { Table } from "@atc/backtest";
import { AtcError, type JsonObject } from "@atc/contract";
import { createResultBatch, type ResultBatch } from "./result-batch.ts";
import type { CandidateResult, ResultTable, ResultTableOptions } from "./result-table.ts";
import { axisColumn, type ColumnArray, columnsOf } from "./table-columns.ts";

/** Rows of a batch. */
const batchRows = 8192;

function invalid(what: string, details: JsonObject): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", what, { details });
}

/** Numbers errors in the order in which they occur first. */
interface ErrorTexts {
  readonly texts: readonly string[];
  placeOf(error: string | undefined): number;
}

function createErrorTexts(): ErrorTexts {
  // Writers of blocks have no nulls, so the first text stands for no error.
  const texts: string[] = [""];
  const places = new Map([["", 0]]);
  return {
    texts,
    placeOf(error = "") {
      const known = places.get(error);
      if (known !== undefined) return known;
      places.set(error, texts.length);
      return texts.push(error) - 1;
    },
  };
}

/** Creates an empty table. Its batches are in memory until they are taken; the others exist once they have a row. */
export function createResultTable(options: ResultTableOptions): ResultTable {
  const { axes, metrics, symbols, withSpan = false } = options;
  const rowsEach = 1 + (symbols?.length ?? 0);
  const candidates = Math.max(1, Math.floor(options.batchCandidates ?? batchRows / rowsEach));
  const axisColumns = axes.map(axisColumn);
  const columns = columnsOf(options, axisColumns);
  const errors = createErrorTexts();
  const keyTexts = axes.flatMap(({ keys }, axis) => keys.map((key) => [key, axisColumns[axis].texts] as const));
  const texts: ResultTable["texts"] = Object.fromEntries([
    ...(symbols === undefined ? [] : [["symbol", ["", ...symbols]] as const]),
    ...keyTexts.filter(([, own]) => own.length > 0),
    ["error", errors.texts],
  ]);
  const open = new Map<number, ResultBatch>();
  let taken = 0;
  let added = 0;

  function checkResult({ index, values, metrics: own, symbols: rows }: CandidateResult): void {
    if (!Number.isSafeInteger(index) || index < 0)
      throw invalid(`the index of a candidate is ${index}; give an integer of 0 or more`, { index: String(index) });
    if (values.length !== axes.length)
      throw invalid(`candidate ${index} has ${values.length} values for ${axes.length} axes; give one per axis`, {
        index,
      });
    if (rows !== undefined && rows.length !== rowsEach - 1)
      throw invalid(`candidate ${index} has metrics of ${rows.length} symbols, and the table has ${rowsEach - 1}`, {
        index,
      });
    for (const one of [own, ...(rows ?? [])])
      if (one !== undefined && one.length !== metrics.length)
        throw invalid(`candidate ${index} has ${one.length} metrics, and the table has ${metrics.length}`, { index });
  }

  function batchOf(index: number): ResultBatch {
    const number = Math.floor(index / candidates);
    const isTaken = number < taken;
    const batch = open.get(number) ?? createResultBatch({ columns, texts, candidates, rowsEach });
    if (isTaken || batch.has(index % candidates))
      throw invalid(`candidate ${index} was added already; add each candidate once`, { index });
    open.set(number, batch);
    return batch;
  }

  /** Writes the rows of a candidate, column by column. */
  function writeRows(result: CandidateResult, arrays: readonly ColumnArray["elements"][], row: number): void {
    const { index, configuration = index, values, span = 1, error, metrics: portfolio, symbols: own } = result;
    const end = row + rowsEach;
    let next = 0;
    const fill = (element: number): void => {
      arrays[next++].fill(element, row, end);
    };
    fill(configuration);
    if (symbols !== undefined) {
      const places = arrays[next++];
      for (let i = row; i < end; i++) places[i] = i - row;
    }
    for (const [axis, { keys }] of axes.entries()) {
      const element = axisColumns[axis].elementOf(values[axis]);
      for (let key = 0; key < keys.length; key++) fill(element);
    }
    if (withSpan) fill(span);
    for (let metric = 0; metric < metrics.length; metric++) {
      const target = arrays[next++];
      target[row] = portfolio?.[metric] ?? Number.NaN;
      for (let symbol = 0; symbol < rowsEach - 1; symbol++)
        target[row + symbol + 1] = own?.[symbol]?.[metric] ?? Number.NaN;
    }
    fill(errors.placeOf(error));
  }

  function takeWhile(isReady: (batch: ResultBatch | undefined) => boolean): readonly Table[] {
    const tables: Table[] = [];
    for (let batch = open.get(taken); isReady(batch); batch = open.get(taken)) {
      if (batch !== undefined && batch.added > 0) tables.push(batch.table());
      open.delete(taken);
      taken++;
    }
    return tables;
  }

  return {
    columns,
    texts,
    get added() {
      return added;
    },
    add(result) {
      checkResult(result);
      const { arrays, row } = batchOf(result.index).open(result.index % candidates);
      writeRows(result, arrays, row);
      added++;
    },
    take: () => takeWhile((batch) => batch?.added === candidates),
    finish: () => takeWhile(() => open.size > 0),
  };
}
