import { AtcError } from "@atc/contract";
import type { Aggregation, ResampleOptions } from "@atc/runtime";
import { resampleData } from "@atc/runtime";
import type { Command } from "commander";
import { dataGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { choice, readingOptions } from "../invocation/reading-options.ts";
import { barLines } from "../reports/bar-lines.ts";
import { counted } from "../text/number-format.ts";

function invalid(flag: string, value: string, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${value}"; give ${allowed}`, { details: { flag, value } });
}

function sessionOf(text: string): NonNullable<ResampleOptions["session"]> {
  const [start = "", end = "", ...more] = text.split("-").map((part) => part.trim());
  if (start === "" || end === "" || more.length > 0)
    throw invalid("--session", text, "opening and closing time such as 09:30-16:00");
  return { start, end };
}

function aggregationsOf(text: string): Record<string, Aggregation> {
  const pairs = text.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes("")))
    throw invalid("--aggregate", text, "column=how pairs such as oi=last,turnover=sum");
  return Object.fromEntries(pairs) as Record<string, Aggregation>;
}

/** How rows become bars, from the options of the command. */
function barOptions(options: Readonly<Record<string, unknown>>): ResampleOptions {
  const { to, timeZone, session, aggregate } = options;
  const timeIs = choice(options, "timeIs", "--time-is", ["date", "instant"]);
  const stamps = choice(options, "stamps", "--stamps", ["start", "end"]);
  const weekStart = choice(options, "weekStart", "--week-start", ["monday", "sunday"]);
  const label = choice(options, "label", "--label", ["start", "end", "date"]);
  const partial = choice(options, "partial", "--partial", ["keep", "drop"]);
  const fill = choice(options, "fillGaps", "--fill-gaps", ["none", "previous"]);
  return {
    to: String(to),
    ...(typeof timeZone === "string" ? { timeZone } : {}),
    ...(typeof session === "string" ? { session: sessionOf(session) } : {}),
    ...(typeof aggregate === "string" ? { aggregate: aggregationsOf(aggregate) } : {}),
    ...(timeIs === undefined ? {} : { timeIs }),
    ...(stamps === undefined ? {} : { stamps }),
    ...(weekStart === undefined ? {} : { weekStart }),
    ...(label === undefined ? {} : { label }),
    ...(partial === undefined ? {} : { partial }),
    ...(fill === undefined ? {} : { fill }),
  };
}

export function addResample(data: Command, io: CommandLineIo): void {
  const command = data
    .command("resample <data>")
    .description("Make a dataset of longer bars: by time, session, count, volume or value")
    .requiredOption("--to <rule>", "5m, 1h, 1d, 1w, 1mo, 500ticks, 10000volume or 1e6dollars")
    .option("--name <dataset>", "name of the new dataset (default: the old name and the rule)")
    .option(
      "--time-zone <zone>",
      "zone of days and sessions, such as America/New_York (default: UTC); that of a file's times: --source-option timeZone=ZONE",
    )
    .option("--session <hours>", "trading hours, such as 09:30-16:00 or 17:00-16:00; rows outside are dropped")
    .option("--stamps <time>", "start or end: what the times of the rows are of their bars (default: start)")
    .option("--time-is <kind>", "date or instant: what the times of the rows are (default: as the dataset says)")
    .option("--week-start <day>", "monday or sunday (default: monday)")
    .option("--label <time>", "start, end or date: the time of a bar (default: start, date for days and longer)")
    .option("--partial <policy>", "keep or drop a last bar that is not full (default: keep bars of time, drop others)")
    .option("--fill-gaps <policy>", "none or previous: bars for intervals without rows (default: none)")
    .option("--aggregate <list>", "how other columns are aggregated, such as oi=last,turnover=sum")
    .option("--reread", "make it again even if it is up to date or holds other rows")
    .option("--drop-appended", "make it again, and drop the rows that were appended to it");
  const read = withReading(withCommon(command), { naming: false, zone: false });
  withConfigKeys(read, dataGroups).action(async (source: string) => {
    await using run = await startInvocation(command, io);
    const { name, reread, dropAppended } = run.options;
    const { manifest, reused, notes, symbols } = await resampleData(run.runtime, source, {
      bars: barOptions(run.options),
      ...(typeof name === "string" ? { name } : {}),
      reread: reread === true,
      dropAppended: dropAppended === true,
      // The zone, the name and what is made again are those of the bars.
      reading: readingOptions({
        ...run.options,
        timeZone: undefined,
        name: undefined,
        reread: undefined,
        dropAppended: undefined,
      }),
      signal: io.signal,
      onProgress: run.display.listener,
    });
    if (run.json) {
      const { rows, fingerprint } = manifest;
      const { notes: _, ...bars } = Object(manifest.attributes["resample"]) as Readonly<Record<string, unknown>>;
      run.printJson({
        dataset: manifest.name,
        rows,
        symbols: manifest.series.length,
        fingerprint,
        reused,
        timeIs: manifest.timeIs ?? "instant",
        bars,
        notes,
        report: symbols,
      });
      return;
    }
    const bars = `${counted(manifest.rows, "bar")}, ${counted(manifest.series.length, "symbol")}`;
    run.print(`dataset ${manifest.name} ${reused ? "is up to date" : "was written"}: ${bars}`);
    for (const line of barLines(manifest)) run.print(line);
    for (const note of notes) run.print(note);
    const without = symbols.filter((one) => one.bars === 0).map(({ symbol }) => symbol);
    if (without.length > 0)
      run.print(`symbols without a bar: ${without.slice(0, 8).join(", ")}${without.length > 8 ? ", ..." : ""}`);
  });
}
