import { extname } from "node:path";
import { AtcError } from "@atc/contract";
import type { BarColumn, OpenBacktestWithCurves, Runtime } from "@atc/runtime";
import type { ReportPictures } from "@atc/runtime/reports";
import { openFile } from "../process/open-file.ts";

/** Whether a report is written as HTML: its name ends in `.html` or `.htm`. */
export function isHtml(file: string | undefined): file is string {
  return file !== undefined && [".html", ".htm"].includes(extname(file).toLowerCase());
}

/**
 * Throws ATC_INVALID_ARGUMENT if the ending of a report promises another format than the two that there are. A file
 * without an ending, such as a pipe, gets JSON.
 */
export function checkReportEnding(file: string | undefined, flag: string = "--report"): void {
  const ending = file === undefined ? "" : extname(file).toLowerCase();
  if (ending === "" || ending === ".json" || isHtml(file)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${flag} is "${file}", and a report is a page or JSON; end its name in .html or .json`,
    { details: { flag, file: String(file) } },
  );
}

/** What was written of a report. */
interface WrittenReport {
  readonly lines: readonly string[];
  readonly block: Uint8Array | undefined;
}

/** The report of a run as HTML. Programs without one do not load the modules that make it. */
export interface HtmlReport {
  /** The columns that the run has to record. */
  readonly columns: readonly BarColumn[];
  /** Writes the file and its pictures; returns lines about them, and the data block, which the stored run holds. */
  write(outcome: OpenBacktestWithCurves): Promise<WrittenReport>;
}

interface HtmlReportOptions {
  readonly runtime: Runtime;
  readonly file: string;
  /** The command. */
  readonly command: string;
  /** Whether the file is shown when it is written. */
  readonly open: boolean;
  /** The pictures that are written, too. */
  readonly pictures: ReportPictures | undefined;
}

/** A word of a command without the folders of an absolute path, also after `--option=`. */
function withoutFolder(word: string): string {
  const [, option = "", value = word] = /^(--[^=]+=)(.*)$/s.exec(word) ?? [];
  if (!/^(?:[/\\]|[A-Za-z]:[/\\])/.test(value)) return word;
  return option + (value.split(/[/\\]/).findLast((part) => part !== "") ?? value);
}

/** A word of a command as a shell takes it. */
function shellWord(word: string): string {
  const name = withoutFolder(word);
  return /^[\w./:=,@%+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/** A command as a report shows it: with the words after `atc`. */
export function commandText(words: readonly string[]): string {
  return ["atc", ...words].map(shellWord).join(" ");
}

/** A line about a page. */
export function pageLine(file: string, bytes: number): string {
  return `wrote ${file} (${(bytes / 1e6).toFixed(2)} MB)`;
}

/** A line about a picture. */
export function pictureLine(file: string): string {
  return `wrote ${file}`;
}

/** Loads what writes a report; undefined if none is wanted. */
export async function htmlReport({ runtime, file, command, open, pictures }: HtmlReportOptions): Promise<HtmlReport> {
  const { reportColumns, writeReport } = await import("@atc/runtime/reports");
  return {
    columns: reportColumns(runtime.config),
    async write(outcome) {
      let block: Uint8Array | undefined;
      const onBlock = (made: Uint8Array): void => {
        block = made;
      };
      const bytes = await writeReport(runtime, outcome, file, { command, onBlock });
      const lines = [pageLine(file, bytes)];
      if (block !== undefined && pictures !== undefined) lines.push(...(await pictures.write(block)).map(pictureLine));
      if (open) await openFile(file);
      return { lines, block };
    },
  };
}

/** Throws ATC_INVALID_ARGUMENT if `--open` has nothing to open. */
export function checkOpen(open: boolean, file: string | undefined, flag: string = "--report"): void {
  if (!open || isHtml(file)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `--open shows the report of ${flag}; give that a name that ends in .html`,
    {
      details: { flag: "--open", file: String(file ?? "") },
    },
  );
}
