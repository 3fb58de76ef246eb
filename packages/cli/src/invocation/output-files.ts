import { accessSync, constants, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AtcError, absentOnly, fromSystemError, isAtcError } from "@atc/contract";

/** A file that a command writes, and the option that names it. */
export interface OutputFile {
  readonly flag: string;
  readonly file: string;
}

/** What a command reads, and whether it replaces what it writes. */
interface OutputRules {
  /** The inputs, as the user named them: files, or names of datasets, which no output can be. */
  readonly inputs: readonly (string | undefined)[];
  /** The folder of relative inputs. */
  readonly cwd: string;
  /** Whether files that exist are replaced: `--force`. */
  readonly force: boolean;
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
 * Throws ATC_INVALID_ARGUMENT if a command would overwrite a file without `--force`, its input in any case, or write
 * two results to one file. Call it before any work.
 *
 * @param outputs - the files to write, absolute
 */
export function checkOutputs(outputs: readonly OutputFile[], { inputs, cwd, force }: OutputRules): void {
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
    if (!force) checkFree(flag, file);
  }
}

/**
 * Throws if a file cannot be written in its place: its folder is missing or read-only, or it is a folder itself.
 * Without that, a run would find it out at its end. Devices and pipes are written to as they are.
 */
export function checkPlaces(outputs: readonly OutputFile[]): void {
  for (const { flag, file } of outputs) {
    try {
      const status = statSync(file, { throwIfNoEntry: false });
      if (status?.isDirectory() === true)
        throw refusal(`${flag} is "${file}", which is a folder; give the name of a file`, flag, file);
      if (status === undefined || status.isFile()) accessSync(dirname(file), constants.W_OK);
    } catch (error) {
      if (isAtcError(error)) throw error;
      throw fromSystemError(
        error,
        `${flag} cannot write "${file}"`,
        "give a file in a folder that exists and that you may write to",
      );
    }
  }
}

/** Throws if a file exists. Devices and pipes, such as /dev/stdout, are written to and not replaced. */
function checkFree(flag: string, file: string): void {
  let status: Stats | undefined;
  try {
    status = statSync(file);
  } catch (error) {
    absentOnly(error);
  }
  if (status?.isFile() === true)
    throw refusal(`${flag} is "${file}", which exists; give another name, or replace it with --force`, flag, file);
}

function refusal(message: string, flag: string, file: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { flag, file } });
}
