import type { DataSource, Executor, OperationOptions } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { datasetName } from "../base/dataset-name.ts";
import type { KeptListener } from "../files/journal.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";

/** Options of `ingest`. Only `duplicates` changes the rows of the dataset. */
export interface IngestOptions extends OperationOptions {
  /** The dataset's name. Default: {@link datasetName} of the source's path, or of its name if it has no path. */
  readonly name?: string | undefined;
  /** Which rows of one symbol and time are kept. Default: `keep-all` for ticks, `keep-last` for bars. */
  readonly duplicates?: DuplicatePolicy | undefined;
  /**
   * Bytes for the whole process, 4,096 or more; memory beyond 4 GiB is not used. Default: 256 MiB. Rows get what Node,
   * the modules and the threads leave, but at least a quarter: below about 150 MB the process takes more than this.
   */
  readonly memoryBytes?: number | undefined;
  /**
   * Threads that read and sort; their modules have `@atc/ingest/tasks` as `@atc/ingest`. The dataset does not depend on
   * their number. Default: this thread.
   */
  readonly executor?: Executor | undefined;
  /**
   * Called if an abort keeps slices of the source that were read, so that the next ingest resumes after them, as it
   * does after a crash: with how many of how many. Default: an abort keeps nothing.
   */
  readonly onKept?: KeptListener | undefined;
  /** Whether to read the source even if the dataset is up to date. Default: false. */
  readonly force?: boolean | undefined;
}

/** The options with their defaults. */
export interface ResolvedOptions {
  readonly name: string;
  readonly duplicates: DuplicatePolicy;
  readonly memoryBytes: number;
  readonly force: boolean;
}

const policies: readonly DuplicatePolicy[] = ["keep-all", "keep-last", "keep-first", "error"];
const defaultMemory = 256 * 2 ** 20;
const leastMemory = 4096;
/** Rows are addressed by 32-bit indices of words. */
const mostMemory = 4 * 2 ** 30;

/** Checks the options and fills in defaults. */
export function resolveOptions(source: DataSource, options: IngestOptions): ResolvedOptions {
  const { duplicates = source.kind === "ticks" ? "keep-all" : "keep-last", memoryBytes = defaultMemory } = options;
  if (!policies.includes(duplicates)) {
    const meant = nearest(String(duplicates), policies);
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `duplicates is "${duplicates}"; it must be one of ${policies.map((policy) => `"${policy}"`).join(", ")}${meant === undefined ? "" : ` (did you mean "${meant}"?)`}`,
      { details: { option: "duplicates", value: String(duplicates) } },
    );
  }
  if (!Number.isFinite(memoryBytes) || memoryBytes < leastMemory)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `memoryBytes is "${memoryBytes}"; it must be a number of bytes, ${leastMemory} or more`,
      { details: { option: "memoryBytes", value: String(memoryBytes) } },
    );
  return {
    name: options.name ?? datasetName(source.identity.path ?? source.identity.name),
    duplicates,
    memoryBytes: Math.min(Math.floor(memoryBytes), mostMemory),
    force: options.force ?? false,
  };
}
