import { ingestFile } from "@atc/runtime";
import type { Command } from "commander";
import { dataGroups, withConfigKeys } from "../invocation/config-options.ts";
import type { CommandLineIo } from "../invocation/invocation.ts";
import { startInvocation, withCommon, withReading } from "../invocation/invocation.ts";
import { barLines, columnsLine, originLines } from "../reports/bar-lines.ts";
import { qualityLines } from "../reports/quality-lines.ts";
import { bytes, counted } from "../text/number-format.ts";
import { warmIfConfigured } from "./cache.ts";

export function addIngest(program: Command, io: CommandLineIo): void {
  const command = program
    .command("ingest [file...]")
    .description("Read files, directories or patterns into a dataset: sorted by symbol and time, checked")
    .option("--threads <count>", "threads for a large file (default: one per core, fewer in a small container)");
  withConfigKeys(withReading(withCommon(command)), dataGroups).action(async (files: readonly string[]) => {
    await using run = await startInvocation(command, io);
    const { manifest, report, reused } = await ingestFile(run.runtime, files, run.data);
    await warmIfConfigured(run, manifest.name);
    if (run.json) {
      const { name, rows, bytes: size, fingerprint } = manifest;
      run.printJson({ dataset: name, rows, symbols: manifest.series.length, bytes: size, fingerprint, reused, report });
      return;
    }
    const state = reused ? "is up to date" : "was written";
    run.print(
      `dataset ${manifest.name} ${state}: ${counted(manifest.rows, "row")}, ${counted(manifest.series.length, "symbol")}, ${bytes(manifest.bytes)}`,
    );
    for (const line of [...originLines(manifest), ...barLines(manifest), columnsLine(manifest)]) run.printLine(line);
    for (const line of qualityLines(report)) run.printLine(line);
    run.say("", `next: atc backtest ${manifest.name}`);
  });
}
