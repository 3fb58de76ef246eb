import { exportData } from "@atc/runtime";
import type { Command } from "commander";
import { dataGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { periodOf, withPeriod } from "../invocation/period.ts";
import { readingOptions, symbolList } from "../invocation/reading-options.ts";
import { counted, integer } from "../text/number-format.ts";

/** The most files in the summary. */
const mostFiles = 5;

export function addExport(data: Command, io: CommandLineIo): void {
  const command = data
    .command("export <data>")
    .description("Write the rows of a dataset or a file as CSV, Arrow or Parquet")
    .requiredOption(
      "-o, --output <file>",
      "the file; {symbol} in its name gives one file per symbol, - is standard output",
    )
    .option("--format <name>", "csv, arrow or parquet (default: by the file's ending)")
    .option(
      "--symbols <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    );
  withPeriod(command, "start of the time whose rows to write").option("--force", "replace the file if it exists");
  withConfigKeys(withReading(withCommon(command), { naming: false }), dataGroups).action(async (source: string) => {
    await using run = await startInvocation(command, io);
    const { output, format, force } = run.options;
    const symbols = symbolList(run.options);
    const result = await exportData(run.runtime, source, {
      ...(output === "-" ? { stream: io.stdout } : { file: String(output) }),
      ...(typeof format === "string" ? { format } : {}),
      ...(symbols === undefined ? {} : { symbols }),
      ...periodOf(run.options),
      force: force === true,
      // --force is about the files that are written.
      reading: readingOptions({ ...run.options, force: undefined }),
      signal: io.signal,
      onProgress: run.display.listener,
    });
    if (output === "-") return;
    if (run.json) return run.printJson(result);
    const { files, rows } = result;
    const more = files.length > mostFiles ? ` and ${integer(files.length - mostFiles)} more` : "";
    run.print(
      `wrote ${files.slice(0, mostFiles).join(", ")}${more}: ${counted(rows, "row")}, ${counted(result.symbols, "symbol")}`,
    );
  });
}
