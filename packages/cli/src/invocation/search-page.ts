import { resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { Command } from "commander";
import { openFile } from "../process/open-file.ts";
import { checkOpen, commandText, isHtml, pageLine } from "./html-report.ts";
import type { Invocation } from "./invocation.ts";
import { checkOutputs } from "./output-files.ts";

/** Adds the options of a page with charts. */
export function withPage(command: Command): Command {
  return command
    .option("--report <file>", "write a page with charts to this .html file")
    .option("--open", "show the page of --report in the browser");
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
  /** Reports that it is written, and shows it if that is wanted. */
  finish(bytes: number): Promise<void>;
}

/**
 * The page that the options ask for, checked before any work; undefined if there is none.
 *
 * @param words - of the command
 * @throws ATC_INVALID_ARGUMENT for another ending, for `--open` without a page, and for a file that exists without
 * `--force`
 */
export function searchPage(
  run: Invocation,
  given: readonly string[],
  words: readonly string[],
): SearchPage | undefined {
  const { options, io, runtime } = run;
  const name = typeof options["report"] === "string" ? options["report"] : undefined;
  const open = options["open"] === true;
  checkOpen(open, name);
  if (name === undefined) return undefined;
  if (!isHtml(name))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `--report is "${name}"; give a name that ends in .html, or --json for the figures as JSON`,
      { details: { flag: "--report", value: name } },
    );
  const file = resolve(io.cwd, name);
  checkOutputs([{ flag: "--report", file }], {
    inputs: [...given, runtime.loaded.file],
    cwd: io.cwd,
    force: options["force"] === true,
  });
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
      if (open) await openFile(file);
    },
  };
}
