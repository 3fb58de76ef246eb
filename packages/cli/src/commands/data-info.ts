import type { DatasetInfo } from "@atc/runtime";
import { datasetInfo, datasetNamed, describeDataset, madeFromNotes, namedDataset } from "@atc/runtime";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon } from "../invocation/invocation.ts";
import { barLines, columnsLine, originLines } from "../reports/bar-lines.ts";
import { recipeLines } from "../reports/fetch-lines.ts";
import { mostSeries, qualityLines, seriesTable } from "../reports/quality-lines.ts";
import { bytes, counted, integer } from "../text/number-format.ts";

/** Stands for the module of recipes, which a dataset without one does not load. */
const noRecipes = { recipeOf: (): undefined => undefined };

/** The most readings in the list. */
const mostReadings = 8;

function historyLines({ history, manifest }: DatasetInfo): readonly string[] {
  const bars = manifest.attributes["resample"];
  if (typeof bars === "object" && bars !== null && "to" in bars) {
    const { outside, unfinished } = bars as Readonly<Record<string, unknown>>;
    return [
      ...barLines(manifest),
      `rows outside of the session: ${integer(outside)}, rows of dropped last bars: ${integer(unfinished)}`,
    ];
  }
  const lines = history.map(({ source, overlap, rowsRead, added, restated, badRows }) => {
    const more = restated > 0 ? `, ${integer(restated)} restated` : "";
    const bad = badRows > 0 ? `, ${integer(badRows)} bad` : "";
    const how = overlap === undefined ? "read" : `appended (${overlap})`;
    return `  ${how} ${source}: ${counted(rowsRead, "row")}, ${integer(added)} new${more}${bad}`;
  });
  const dates = barLines(manifest);
  if (lines.length <= mostReadings) return [...dates, ...lines];
  return [
    ...dates,
    ...lines.slice(0, 1),
    `  and ${integer(lines.length - mostReadings)} more`,
    ...lines.slice(1 - mostReadings),
  ];
}

export function addInfo(data: Command, io: CommandLineIo): void {
  const command = data
    .command("info <dataset>")
    .description("Show the contents of a dataset, its prices, and anomalies in them");
  withConfigKeys(withCommon(command), storageGroups).action(async (given: string) => {
    await using run = await startInvocation(command, io);
    const name = await datasetNamed(run.runtime.store, await namedDataset(run.runtime, given));
    const row = await describeDataset(run.runtime.store, name);
    const info = await datasetInfo(run.runtime, name, {
      sampledSymbols: mostSeries,
      signal: io.signal,
      onProgress: run.display.listener,
    });
    const { manifest, report, history, closes } = info;
    const { columns } = manifest.schema;
    const { recipeOf } = manifest.attributes["recipe"] === undefined ? noRecipes : await import("@atc/runtime/market");
    const recipe = recipeOf(manifest);
    if (run.json)
      return run.printJson({
        ...row,
        columns,
        fingerprint: manifest.fingerprint,
        generation: manifest.generation,
        timeIs: manifest.timeIs ?? "instant",
        ...(recipe === undefined ? {} : { recipe }),
        history,
        closes: Object.fromEntries(closes),
        report,
        sourceNotes: madeFromNotes(manifest),
      });
    run.printLine(
      `${name}: ${row.kind ?? ""}, ${counted(row.rows ?? 0, "row")}, ${counted(row.symbols ?? 0, "symbol")}, ${bytes(row.bytes ?? 0)}, generation ${manifest.generation}`,
    );
    run.printLine(
      `from ${row.start ?? "-"} to ${row.end ?? "-"}${row.source === undefined ? "" : `, read from ${row.source}`}`,
    );
    const fetched = recipe === undefined ? [] : recipeLines(recipe);
    for (const line of [...fetched, ...originLines(manifest), ...historyLines(info)]) run.printLine(line);
    run.printLine(columnsLine(manifest));
    run.print("");
    run.printFitted(seriesTable(report, closes, run.screen));
    for (const line of qualityLines(report)) run.printLine(line);
    for (const { text } of madeFromNotes(manifest)) run.printLine(text);
  });
}
