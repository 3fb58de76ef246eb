import type { MetricName, Table } from "@atc/backtest";
import type { TextColumn, TypedArray } from "@atc/contract";
import type { AxisValue } from "@atc/sweep";
import { damagedTable, type TableRows } from "./table-rows.ts";

/** An evaluation in the table of a sweep. */
export interface TableEvaluation {
  /** Its place among the evaluations, from 0. */
  readonly index: number;
  /** The number of its configuration. */
  readonly configuration: number;
  /** A value per column of a key. A missing number is `none`; true and false are 1 and 0. */
  readonly values: readonly AxisValue[];
  /** The part of the bars on which it was evaluated. */
  readonly span: number;
  /** The metrics of the portfolio, in the order of the table; NaN if undefined. */
  readonly metrics: Float64Array;
  /** The metrics of the symbols: `[symbol][metric]`; empty if symbols have no rows. */
  readonly symbols: Float64Array;
  /** Why it has no figures. */
  readonly error: string | undefined;
}

/** What the columns of a table are. */
export interface TableShape {
  /** The columns of keys, in order. */
  readonly keys: readonly string[];
  /** The columns of metrics, in order. */
  readonly metrics: readonly MetricName[];
  /** The symbols in the order of an evaluation's rows; none if it has one row. */
  readonly symbols: readonly string[];
}

/** Reads values of a batch. */
interface BatchReader {
  number(name: string, row: number): number;
  text(name: string, row: number): string;
  value(name: string, row: number): AxisValue;
}

function batchReader({ values }: Table): BatchReader {
  const isText = (name: string): boolean => "indices" in (values[name] ?? {});
  const reader: BatchReader = {
    number: (name, row) => Number((values[name] as TypedArray | undefined)?.[row] ?? Number.NaN),
    text(name, row) {
      const { indices, values: texts } = values[name] as TextColumn;
      return texts[indices[row] ?? -1] ?? "";
    },
    value(name, row) {
      if (isText(name)) return reader.text(name, row);
      const number = reader.number(name, row);
      return Number.isNaN(number) ? "none" : number;
    },
  };
  return reader;
}

/** The symbols after the first row, up to the next portfolio. */
export async function symbolsOfTable(rows: TableRows): Promise<readonly string[]> {
  const symbols: string[] = [];
  if (!rows.columns.some(({ name }) => name === "symbol")) return symbols;
  let row = 0;
  for await (const batch of rows.batches()) {
    const { text } = batchReader(batch);
    for (let i = 0; i < batch.length; i++, row++) {
      const symbol = text("symbol", i);
      if (symbol !== "") symbols.push(symbol);
      else if (row > 0) return symbols;
    }
  }
  return symbols;
}

/**
 * Reads the evaluations of a table, a batch at a time. The evaluations of a batch are valid until the next one.
 *
 * @param path - for messages
 * @throws ATC_CORRUPT_DATA if the rows of an evaluation are not together
 */
export async function* tableEvaluations(
  rows: TableRows,
  { keys, metrics, symbols }: TableShape,
  path: string,
): AsyncGenerator<readonly TableEvaluation[], void, void> {
  const rowsEach = 1 + symbols.length;
  const hasSymbols = symbols.length > 0;
  const hasSpan = rows.columns.some(({ name }) => name === "span");
  const width = metrics.length;
  let row = 0;
  let current: TableEvaluation | undefined;

  function begin(reader: BatchReader, i: number): TableEvaluation {
    const error = reader.text("error", i);
    return {
      index: row / rowsEach,
      configuration: reader.number("configuration", i),
      values: keys.map((name) => reader.value(name, i)),
      span: hasSpan ? reader.number("span", i) : 1,
      metrics: Float64Array.from(metrics, (name) => reader.number(name, i)),
      symbols: new Float64Array(symbols.length * width),
      error: error === "" ? undefined : error,
    };
  }

  for await (const batch of rows.batches()) {
    const reader = batchReader(batch);
    const done: TableEvaluation[] = [];
    for (let i = 0; i < batch.length; i++, row++) {
      const place = row % rowsEach;
      if (hasSymbols) {
        const [found, wanted] = [reader.text("symbol", i), place === 0 ? "" : symbols[place - 1]];
        if (found !== wanted)
          throw damagedTable(
            path,
            `row ${row + 1} is of symbol "${found}" instead of "${wanted}", so rows are missing or in another order`,
          );
      }
      if (place === 0) current = begin(reader, i);
      else
        for (const [metric, name] of metrics.entries())
          if (current !== undefined) current.symbols[(place - 1) * width + metric] = reader.number(name, i);
      if (place === rowsEach - 1 && current !== undefined) done.push(current);
    }
    if (done.length > 0) yield done;
  }
  if (row % rowsEach !== 0) throw damagedTable(path, `its last evaluation has ${row % rowsEach} of ${rowsEach} rows`);
}
