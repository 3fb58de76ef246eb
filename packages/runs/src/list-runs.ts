import { type AtcErrorCode, isAtcError } from "@atc/contract";
import { readHead, runIds } from "./open-run.ts";
import { digestPart } from "./run-folder.ts";
import type { RunKind, StoredRun } from "./stored-run.ts";

/** A folder of a run: the run, or why it cannot be read. */
export type ListedRun =
  | { readonly id: string; readonly run: StoredRun; readonly bytes: number; readonly problem?: undefined }
  | {
      readonly id: string;
      readonly run?: undefined;
      readonly problem: { readonly code: AtcErrorCode; readonly message: string };
    };

/** Which runs are listed. */
export interface ListRunsOptions {
  /** The folder of all runs. */
  readonly directory: string;
  /** Only runs of this kind. Runs that cannot be read have none. Default: all. */
  readonly kind?: RunKind;
}

/**
 * All runs, the newest first. A run that is damaged or of a newer version is listed with its problem.
 *
 * @throws ATC_INVALID_ARGUMENT if the folder is a file; ATC_IO if it cannot be read
 */
export async function listRuns({ directory, kind }: ListRunsOptions): Promise<readonly ListedRun[]> {
  const listed: ListedRun[] = [];
  for (const id of await runIds(directory)) {
    try {
      const { run, files } = await readHead(directory, id);
      listed.push({ id, run, bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0) });
    } catch (error) {
      if (!isAtcError(error)) throw error;
      listed.push({ id, problem: { code: error.code, message: error.message } });
    }
  }
  return kind === undefined ? listed : listed.filter(({ run }) => run?.kind === kind);
}

/** The newest run with these inputs that can be read; undefined if there is none. Reads only runs of a fitting name. */
export async function findRun(
  digest: string,
  { directory }: { readonly directory: string },
): Promise<StoredRun | undefined> {
  for (const id of await runIds(directory)) {
    if (!digestPart(id).startsWith(digest.slice(0, 8))) continue;
    try {
      const { run } = await readHead(directory, id);
      if (run.inputDigest === digest) return run;
    } catch (error) {
      if (!isAtcError(error)) throw error;
    }
  }
  return undefined;
}
