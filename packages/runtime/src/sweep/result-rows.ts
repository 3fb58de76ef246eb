import { rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { MetricName, Table } from "@atc/backtest";
import { fromSystemError } from "@atc/contract";
import { syncFolder } from "@atc/plugin-kit";
import type { Candidate, ResultTable } from "@atc/sweep";
import { replaceFile } from "../output/replace-file.ts";
import { formatOf, writeBlocks } from "../output/write-blocks.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { descriptionKey } from "./description-key.ts";
import type { FoundEvaluation } from "./stored-unit.ts";
import type { SweepDescription } from "./sweep-description.ts";
import { tableSpool } from "./table-spool.ts";
import { sidecarOf, sidecarText } from "./tables/csv-sidecar.ts";

/** The rows of a sweep's table, as they come in. */
export interface ResultRows extends Disposable {
  /** Adds the result of a candidate. */
  add(candidate: Candidate, result: FoundEvaluation): void;
  /** Writes the file, if there is one, with what the sweep was. */
  finish(runtime: Runtime, describe: () => SweepDescription): Promise<void>;
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
  /** What else receives each batch. */
  readonly receivers: readonly ((batch: Table) => void)[];
}

/**
 * Checks that a table can be written to a file, before anything is computed.
 *
 * @throws ATC_INVALID_ARGUMENT for the ending; ATC_MISSING_PLUGIN for Parquet without its plugin
 */
export async function checkTableFile({ host }: Runtime, file: string): Promise<void> {
  if (formatOf(file) === "parquet") await host.find("table-writer", "parquet");
}

/** Removes the description of a former CSV table, so that a crash never leaves it beside a new table. */
async function removeSidecar(file: string): Promise<void> {
  await rm(sidecarOf(file), { force: true });
  await syncFolder(dirname(file));
}

/** Writes the description of a CSV table beside it. */
async function writeSidecar(file: string, description: string): Promise<void> {
  const beside = sidecarOf(file);
  const { size: bytes } = await stat(file).catch((error: unknown) => {
    throw fromSystemError(error, `cannot describe "${file}" in "${beside}"`, "check the folder");
  });
  await replaceFile(beside, [sidecarText({ description, bytes })]);
}

/** Collects the rows of a table; undefined if nobody wants them. */
export function resultRows(options: ResultRowsOptions): ResultRows | undefined {
  const { table, computed, metrics, symbols, file, receivers } = options;
  if (file === undefined && receivers.length === 0) return undefined;
  const { columns, texts } = table;
  const spool = file === undefined ? undefined : tableSpool({ folder: dirname(file), columns, texts });
  const places = metrics.map((name) => computed.indexOf(name));
  const width = computed.length;

  function pass(batches: readonly Table[]): void {
    for (const batch of batches) {
      spool?.append(batch);
      for (const receive of receivers) receive(batch);
    }
  }

  // The table copies what it is given.
  const chosen = new Float64Array(places.length);
  const chosenOfSymbols = Array.from({ length: symbols }, () => new Float64Array(places.length));

  function choose(values: Float64Array, offset: number, into: Float64Array): void {
    for (let i = 0; i < places.length; i++) into[i] = values[offset + (places[i] as number)] ?? Number.NaN;
  }

  return {
    add({ index, configuration, values, span }, { portfolio, symbols: own, fault }) {
      choose(portfolio, 0, chosen);
      for (const [symbol, row] of chosenOfSymbols.entries()) choose(own, symbol * width, row);
      table.add({
        index,
        configuration,
        values,
        span,
        ...(fault === undefined ? { metrics: chosen } : { error: fault.message }),
        ...(symbols === 0 || fault !== undefined ? {} : { symbols: chosenOfSymbols }),
      });
      pass(table.take());
    },
    async finish(runtime, describe) {
      pass(table.finish());
      if (spool === undefined || file === undefined) return;
      const description = JSON.stringify(describe());
      const metadata = { [descriptionKey]: description };
      await writeBlocks(spool.table(), file, runtime, { metadata, beforeMove: () => removeSidecar(file) });
      if (formatOf(file) === "csv") await writeSidecar(file, description);
    },
    [Symbol.dispose]: () => spool?.[Symbol.dispose](),
  };
}
