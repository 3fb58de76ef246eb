import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly } from "@atc/contract";

/** A file that a command writes, and the option that names it. */
interface OutputFile {
  readonly flag: string;
  readonly file: string;
}

/** The file that a path leads to, whether it is there yet or not. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    absentOnly(error);
  }
  const folder = dirname(path);
  return folder === path ? path : join(placeOf(folder), basename(path));
}

/**
 * Throws ATC_INVALID_ARGUMENT if a command would write over what it reads, or write two results to one file. To be called before any work.
 *
 * @param outputs - the files to write, absolute
 * @param inputs - what is read, as the user named it: a file, or anything else, which no output can be
 * @param cwd - where relative inputs lie
 */
export function checkOutputs(
  outputs: readonly OutputFile[],
  inputs: readonly (string | undefined)[],
  cwd: string,
): void {
  const read = new Map(inputs.flatMap((input) => (input === undefined ? [] : [[placeOf(resolve(cwd, input)), input]])));
  const written = new Map<string, string>();
  for (const { flag, file } of outputs) {
    const place = placeOf(file);
    const input = read.get(place);
    if (input !== undefined)
      throw refusal(`${flag} is "${file}", which is the file "${input}" that is read; give another name`, flag, file);
    const other = written.get(place);
    if (other !== undefined) throw refusal(`${other} and ${flag} both write "${file}"; give two names`, flag, file);
    written.set(place, flag);
  }
}

function refusal(message: string, flag: string, file: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { flag, file } });
}
