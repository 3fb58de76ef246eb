import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { Command } from "commander";
import { openFile } from "../process/open-file.ts";
import { checkOpen, commandText, isHtml, pageLine, pictureLine } from "./html-report.ts";
import type { Invocation } from "./invocation.ts";
import { checkOutputs, checkPlaces } from "./output-files.ts";
import { checkPictures, openPicturesOf, type Pictures, picturesOf, withPictures } from "./picture-options.ts";

/** Adds the options of a page with charts, and of its pictures. */
export function withPage(command: Command): Command {
  command
    .option("--report <file>", "write a page with charts to this .html file")
    .option("--open", "show the page of --report in the browser");
  return withPictures(command);
}

/** The page that a search or a validation writes. */
export interface SearchPage {
  /** The file, absolute. */
  readonly file: string;
  /** The command that the page shows. */
  readonly command: string;
  /** The option of what writes the page. */
  readonly onBlock: (block: Uint8Array) => void;
  /** The data block of the page, which the stored run holds; undefined before it is written. */
  readonly block: () => Uint8Array | undefined;
  /** Reports that it is written, writes its pictures, and shows it if that is wanted. */
  finish(bytes: number): Promise<void>;
}

/** The file of the page, absolute; undefined if none is wanted. Throws for a name or a place that does not fit. */
function pageFile({ options, io, runtime }: Invocation, given: readonly string[], pictures: Pictures) {
  const name = typeof options["report"] === "string" ? options["report"] : undefined;
  checkOpen(options["open"] === true, name);
  checkPictures(pictures, name);
  if (name === undefined) return undefined;
  if (!isHtml(name))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `--report is "${name}"; give a name that ends in .html, or --json for the figures as JSON`,
      { details: { flag: "--report", value: name } },
    );
  const file = resolve(io.cwd, name);
  const outputs = [{ flag: "--report", file }, ...pictures.outputs];
  const inputs = [...given, runtime.loaded.file];
  checkOutputs(outputs, { inputs, cwd: io.cwd, force: options["force"] === true });
  checkPlaces(outputs);
  return file;
}

/**
 * The page that the options ask for, checked before any work; undefined if there is none.
 *
 * @param words - of the command
 * @throws ATC_INVALID_ARGUMENT for another ending, for `--open` or pictures without a page, and for a file that exists
 * without `--force`; the codes of `openPictures` for what pictures lack
 */
export async function searchPage(
  run: Invocation,
  given: readonly string[],
  words: readonly string[],
): Promise<SearchPage | undefined> {
  const pictures = picturesOf(run);
  const file = pageFile(run, given, pictures);
  if (file === undefined) return undefined;
  const opened = await openPicturesOf(run, pictures);
  let written: Uint8Array | undefined;
  return {
    file,
    command: commandText(words),
    onBlock(block) {
      written = block;
    },
    block: () => written,
    async finish(bytes) {
      run.say(pageLine(file, bytes));
      if (opened !== undefined && written !== undefined) run.say(...(await opened.write(written)).map(pictureLine));
      if (run.options["open"] === true) await openFile(file);
    },
  };
}
