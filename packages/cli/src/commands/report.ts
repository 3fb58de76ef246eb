import { resolve } from "node:path";
import { reportJson } from "@atc/runtime";
import type { RunReport } from "@atc/runtime/reports";
import type { Command } from "commander";
import { storageGroups, withConfigKeys } from "../invocation/config-options.ts";
import { checkOpen, checkReportEnding, isHtml, pageLine, pictureLine } from "../invocation/html-report.ts";
import { type CommandLineIo, type Invocation, startInvocation, withCommon } from "../invocation/invocation.ts";
import { checkOutputs, checkPlaces } from "../invocation/output-files.ts";
import { openPicturesOf, type Pictures, picturesOf, withPictures } from "../invocation/picture-options.ts";
import { openFile } from "../process/open-file.ts";

/** What is written: the page or the JSON, and pictures. */
interface Outputs {
  /** Absolute; undefined if only pictures are asked for, or the JSON is printed. */
  readonly file: string | undefined;
  /** Whether the JSON goes to standard output: `--output -`. */
  readonly isPrinted: boolean;
  readonly pictures: Pictures;
}

/** The files to write, checked before any work. */
function outputsOf(run: Invocation, id: string): Outputs {
  const { options, io } = run;
  const given = typeof options["output"] === "string" ? options["output"] : undefined;
  const open = options["open"] === true;
  const isPrinted = given === "-";
  if (!isPrinted) checkReportEnding(given, "--output");
  const pictures = picturesOf(run);
  const isPage = !isPrinted && (given !== undefined || open || pictures.files === undefined);
  const name = given ?? `report-${id}.html`;
  checkOpen(open, name, "--output");
  const file = isPage ? resolve(io.cwd, name) : undefined;
  const outputs = [...(file === undefined ? [] : [{ flag: "--output", file }]), ...pictures.outputs];
  checkOutputs(outputs, { inputs: [], cwd: io.cwd, force: options["force"] === true });
  checkPlaces(outputs);
  return { file, isPrinted, pictures };
}

/** Writes the file; returns its size in bytes, or undefined for JSON. */
async function writeReport(report: RunReport, file: string): Promise<number | undefined> {
  const { renderReport, replaceFile, runResult } = await import("@atc/runtime/reports");
  if (!isHtml(file)) {
    await replaceFile(file, reportJson(runResult(report)));
    return undefined;
  }
  const page = renderReport(report);
  await replaceFile(file, [page]);
  return page.length;
}

interface Written {
  readonly isComputed: boolean;
  readonly file: string | undefined;
  /** Undefined for JSON. */
  readonly bytes: number | undefined;
  /** The pictures. */
  readonly written: readonly string[];
}

/** Prints what was written. */
function printReport(run: Invocation, id: string, { isComputed, file, bytes, written }: Written): void {
  if (run.json) {
    run.printJson({
      run: id,
      ...(file === undefined ? {} : { file }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(written.length === 0 ? {} : { pictures: written }),
      isComputed,
    });
    return;
  }
  if (isComputed) run.say(`the run ${id} does not hold its report, so it was computed again, and is the same`);
  if (file !== undefined) run.say(bytes === undefined ? `wrote ${file}` : pageLine(file, bytes));
  run.say(...written.map(pictureLine));
}

async function report(run: Invocation, name: string): Promise<void> {
  const { runtime, options } = run;
  const { resolveRunId } = await import("@atc/runtime/runs");
  const id = await resolveRunId(runtime.config.runsDir, name);
  const { file, isPrinted, pictures } = outputsOf(run, id);
  const opened = await openPicturesOf(run, pictures);
  const { runReport } = await import("@atc/runtime/reports");
  const { signal, onProgress } = run.data;
  const found = await runReport(runtime, id, { signal, onProgress });
  const bytes = file === undefined ? undefined : await writeReport(found, file);
  const written = (await opened?.write(found.block)) ?? [];
  if (options["open"] === true && file !== undefined) await openFile(file);
  if (isPrinted) {
    const { runResult } = await import("@atc/runtime/reports");
    await run.printPortions(reportJson(runResult(found)));
    return;
  }
  printReport(run, id, { isComputed: found.isComputed, file, bytes, written });
}

/** Adds `atc report`. */
export function addReport(program: Command, io: CommandLineIo): void {
  const command = program
    .command("report [run]")
    .description("Write the report of a stored run as a page with charts, or as JSON (default: latest)")
    .option(
      "-o, --output <file>",
      "the file: .html for the page, .json for the JSON of a backtest, - to print that (default: report-RUN.html, or none if there is --png)",
    )
    .option("--open", "show the page in the browser")
    .option("--force", "replace a file that exists")
    .option("--threads <count>", "threads, if the run is computed again (default: one per core)");
  withPictures(command);
  withConfigKeys(withCommon(command), storageGroups).action(async (name: string = "latest") => {
    await using run = await startInvocation(command, io, { cache: false });
    await report(run, name);
  });
}
