import { AtcError } from "@atc/contract";
import { exportData } from "@atc/runtime";
import type { Command } from "commander";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withConfigKeys, withReading } from "../invocation/invocation.ts";
import { listed, readingOptions } from "../invocation/reading-options.ts";
import { counted, integer } from "../text/number-format.ts";

/** The most files in the summary. */
const mostFiles = 5;

/** Parses a date or time, UTC unless it has a zone, to ms since the epoch. */
function timeOf(flag: string, value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const isZoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(text) || /^\d{4}(?:-\d\d){0,2}$/.test(text);
  const time = Date.parse(isZoned ? text : `${text.replace(" ", "T")}Z`);
  if (Number.isNaN(time))
    throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give a date or time such as 2024-01-31T14:30Z`, {
      details: { flag, value: text },
    });
  return time;
}

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
      "--only <list>",
      `only these symbols, separated by commas; in double quotes if one holds a comma: 'AAPL,"A,B"'`,
    )
    .option("--from <time>", "first time, inclusive, UTC unless it has a zone")
    .option("--to <time>", "last time, exclusive")
    .option("--force", "replace an existing file");
  withConfigKeys(withReading(withCommon(command), { naming: false })).action(async (source: string) => {
    await using run = await startInvocation(command, io);
    const { output, format, only, force } = run.options;
    const from = timeOf("--from", run.options["from"]);
    const to = timeOf("--to", run.options["to"]);
    const result = await exportData(run.runtime, source, {
      ...(output === "-" ? { stream: io.stdout } : { file: String(output) }),
      ...(typeof format === "string" ? { format } : {}),
      ...(typeof only === "string" ? { symbols: listed(only, "--only") } : {}),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      force: force === true,
      // --force is about the files that are written.
      reading: readingOptions({ ...run.options, force: undefined }),
      signal: io.signal,
      onProgress: run.display.listener,
    });
    if (output === "-") return;
    if (run.json) return run.printJson(result);
    const { files, rows, symbols } = result;
    const more = files.length > mostFiles ? ` and ${integer(files.length - mostFiles)} more` : "";
    run.print(
      `wrote ${files.slice(0, mostFiles).join(", ")}${more}: ${counted(rows, "row")}, ${counted(symbols, "symbol")}`,
    );
  });
}
