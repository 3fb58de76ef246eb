import { extname, resolve } from "node:path";
import { AtcError } from "@atc/contract";
import type { PictureFiles, ReportPictures } from "@atc/runtime/reports";
import type { Command } from "commander";
import { isHtml } from "./html-report.ts";
import type { Invocation } from "./invocation.ts";
import type { OutputFile } from "./output-files.ts";

/** Adds the options of pictures of a report. */
export function withPictures(command: Command): Command {
  return command
    .option("--png <file>", "write a picture of the report to share, 1200 x 630, to a .png file")
    .option("--png-full <file>", "write a picture of the whole page to a .png file, which needs Chromium");
}

/** The pictures that a command writes. */
export interface Pictures {
  /** Undefined if there are none. */
  readonly files: PictureFiles | undefined;
  readonly outputs: readonly OutputFile[];
}

const flags = [
  ["--png", "png", "card"],
  ["--png-full", "pngFull", "page"],
] as const;

/**
 * The pictures that the options name, absolute.
 *
 * @throws ATC_INVALID_ARGUMENT if a name does not end in `.png`
 */
export function picturesOf({ options, io }: Invocation): Pictures {
  const named = flags.flatMap(([flag, option, kind]) => {
    const given = options[option];
    return typeof given === "string" ? [{ flag, kind, file: resolve(io.cwd, given) }] : [];
  });
  for (const { flag, file } of named)
    if (extname(file).toLowerCase() !== ".png")
      throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${file}", and a picture is a PNG; end its name in .png`, {
        details: { flag, file },
      });
  const files = named.length === 0 ? undefined : Object.fromEntries(named.map(({ kind, file }) => [kind, file]));
  return { files, outputs: named.map(({ flag, file }) => ({ flag, file })) };
}

/** Throws ATC_INVALID_ARGUMENT if there are pictures, but no page of which they are. */
export function checkPictures({ outputs }: Pictures, report: string | undefined): void {
  const [first] = outputs;
  if (first === undefined || isHtml(report)) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `${first.flag} is a picture of the page of --report; give that a name that ends in .html`,
    { details: { flag: first.flag, file: String(report ?? "") } },
  );
}

/** Prepares to write the pictures; undefined if there are none, and then nothing is loaded. */
export async function openPicturesOf(
  { runtime, io }: Invocation,
  { files }: Pictures,
): Promise<ReportPictures | undefined> {
  if (files === undefined) return undefined;
  const { openPictures } = await import("@atc/runtime/reports");
  return await openPictures(runtime, files, io.signal);
}
