import type { AppendResult, SymbolAppend } from "@atc/runtime";
import { appendFiles, datasetNamed } from "@atc/runtime";
import type { Command } from "commander";
import { dataGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { choice } from "../invocation/reading-options.ts";
import { qualityLines } from "../reports/quality-lines.ts";
import { counted, integer } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable } from "../text/text-table.ts";
import { warmIfConfigured } from "./cache.ts";

/** The most symbols in the table. */
const mostSymbols = 40;

function symbolsTable(symbols: readonly SymbolAppend[], screen: Screen): string {
  const shown = symbols.slice(0, mostSymbols);
  const table = textTable(
    [
      { title: "symbol", align: "left" },
      { title: "new", align: "right" },
      { title: "restated", align: "right" },
      { title: "unchanged", align: "right" },
      { title: "ignored", align: "right" },
    ],
    shown.map(({ symbol, isNew, added, restated, unchanged, ignored }) => [
      isNew ? `${symbol} (new)` : symbol,
      ...[added, restated, unchanged, ignored].map(integer),
    ]),
    screen,
  );
  const rest = symbols.length - shown.length;
  return rest > 0 ? `${table}\nand ${integer(rest)} more symbols (--json lists all)` : table;
}

function headline(name: string, { changed, manifest, symbols }: AppendResult): string {
  if (!changed) return `dataset ${name} already has all of these rows; nothing was changed`;
  const sum = (count: (one: SymbolAppend) => number): number => symbols.reduce((total, one) => total + count(one), 0);
  const added = counted(
    sum((one) => one.added),
    "new row",
  );
  return `dataset ${name}: ${added}, ${integer(sum(({ restated }) => restated))} restated; ${counted(manifest.rows, "row")} of ${counted(manifest.series.length, "symbol")} now (generation ${manifest.generation})`;
}

export function addAppend(data: Command, io: CommandLineIo): void {
  const command = data
    .command("append <dataset> [file...]")
    .description("Add the rows of files to a dataset while others read it")
    .option(
      "--overlap <policy>",
      "restate, keep or error: what happens to rows at a time that the dataset already has with other values (default: restate)",
    );
  withConfigKeys(withReading(withCommon(command), { naming: false }), dataGroups).action(
    async (given: string, files: readonly string[]) => {
      await using run = await startInvocation(command, io);
      const name = await datasetNamed(run.runtime.store, given);
      const overlap = choice(run.options, "overlap", "--overlap", ["restate", "keep", "error"]);
      const result = await appendFiles(run.runtime, name, files, {
        ...run.data,
        ...(overlap === undefined ? {} : { overlap }),
      });
      await warmIfConfigured(run, name);
      const { manifest, changed, symbols, droppedColumns, report, notes } = result;
      if (run.json) {
        const { generation, rows, fingerprint } = manifest;
        run.printJson({
          dataset: name,
          changed,
          generation,
          rows,
          fingerprint,
          symbols,
          droppedColumns,
          notes,
          report,
        });
        return;
      }
      run.print(headline(name, result));
      if (changed) run.printFitted(symbolsTable(symbols, run.screen));
      for (const note of notes) run.printLine(note);
      if (droppedColumns.length > 0) run.print(`columns that the dataset does not have: ${droppedColumns.join(", ")}`);
      for (const line of qualityLines({ ...report, droppedColumns: [] })) run.printLine(line);
    },
  );
}
