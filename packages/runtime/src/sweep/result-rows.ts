import { dirname } from "node:path";
import type { MetricName, Table } from "@atc/backtest";
import type { Candidate, ResultTable } from "@atc/sweep";
import { formatOf, writeBlocks } from "../output/write-blocks.ts";
import type { Runtime } from "../wiring/runtime.ts";
import type { FoundEvaluation } from "./stored-evaluations.ts";
import { tableSpool } from "./table-spool.ts";

/** The rows of a sweep's table, as they come in. */
export interface ResultRows extends Disposable {
  /** Adds the result of a candidate. */
  add(candidate: Candidate, result: FoundEvaluation): void;
  /** Writes the file, if there is one. */
  finish(runtime: Runtime): Promise<void>;
}

/** The receivers of rows. */
export interface ResultRowsOptions {
  readonly table: ResultTable;
  /** The metrics of results, in order. */
  readonly computed: readonly MetricName[];
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** The number of symbols with rows of their own. */
  readonly symbols: number;
  /** The file of the table, absolute. */
  readonly file: string | undefined;
  readonly onTable: ((batch: Table) => void) | undefined;
}

/**
 * Checks that a table can be written to a file, before anything is computed.
 *
 * @throws ATC_INVALID_ARGUMENT for the ending; ATC_MISSING_PLUGIN for Parquet without its plugin
 */
export async function checkTableFile({ host }: Runtime, file: string): Promise<void> {
  if (formatOf(file) === "parquet") await host.find("table-writer", "parquet");
}

/** Collects the rows of a table; undefined if nobody wants them. */
export function resultRows(options: ResultRowsOptions): ResultRows | undefined {
  const { table, computed, metrics, symbols, file, onTable } = options;
  if (file === undefined && onTable === undefined) return undefined;
  const { columns, texts } = table;
  const spool = file === undefined ? undefined : tableSpool({ folder: dirname(file), columns, texts });
  const places = metrics.map((name) => computed.indexOf(name));
  const width = computed.length;

  function pass(batches: readonly Table[]): void {
    for (const batch of batches) {
      spool?.append(batch);
      onTable?.(batch);
    }
  }

  function chosen(values: Float64Array, offset: number): Float64Array {
    return Float64Array.from(places, (place) => values[offset + place] ?? Number.NaN);
  }

  return {
    add({ index, configuration, values, span }, { portfolio, symbols: own, fault }) {
      const figures = { metrics: chosen(portfolio, 0) };
      const rows = Array.from({ length: symbols }, (_, symbol) => chosen(own, symbol * width));
      table.add({
        index,
        configuration,
        values,
        span,
        ...(fault === undefined ? figures : { error: fault.message }),
        ...(symbols === 0 || fault !== undefined ? {} : { symbols: rows }),
      });
      pass(table.take());
    },
    async finish(runtime) {
      pass(table.finish());
      if (spool !== undefined && file !== undefined) await writeBlocks(spool.table(), file, runtime);
    },
    [Symbol.dispose]: () => spool?.[Symbol.dispose](),
  };
}
