import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly } from "@atc/contract";

/** A file that a command writes, and the option that names it. */
interface OutputFile {
  readonly flag: string;
  readonly file: string;
}

/** The real path of a file, whether or not it exists. */
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
 * Throws ATC_INVALID_ARGUMENT if a command would overwrite its input, or write two results to one file. Call it before
 * any work.
 *
 * @param outputs - the files to write, absolute
 * @param inputs - the inputs, as the user named them: files, or names of datasets, which no output can be
 * @param cwd - the folder of relative inputs
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
      throw refusal(`${flag} is "${file}", which is the input file "${input}"; give another name`, flag, file);
    const other = written.get(place);
    if (other !== undefined) throw refusal(`${other} and ${flag} both write "${file}"; give two names`, flag, file);
    written.set(place, flag);
  }
}

function refusal(message: string, flag: string, file: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { flag, file } });
}
