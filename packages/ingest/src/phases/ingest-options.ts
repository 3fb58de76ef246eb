import type { DataSource, Executor, OperationOptions } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { datasetName } from "../base/dataset-name.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";

/** How to ingest. */
export interface IngestOptions extends OperationOptions {
  /** The dataset's name; {@link datasetName} of the source's path, or else of its name, where absent. */
  readonly name?: string | undefined;
  /** What becomes of rows of one symbol and time; `keep-all` for ticks and `keep-last` for bars where absent. */
  readonly duplicates?: DuplicatePolicy | undefined;
  /**
   * Bytes that the process may take in all, 4,096 or more; 256 MiB where absent, what is over 4 GiB is not used. Rows get what Node, the modules and
   * the threads leave, a quarter at least: below some 150 MB the process itself is larger than asked for.
   */
  readonly memoryBytes?: number | undefined;
  /**
   * Threads that read and sort, whose modules have `@atc/ingest/tasks` as `@atc/ingest`. The dataset is the same, bit for bit, with any number of
   * them. This thread alone where absent.
   */
  readonly executor?: Executor | undefined;
  /** Whether to read the source also where the dataset already is what it would give; false where absent. */
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
/** Rows are found by 32-bit indices of words. */
const mostMemory = 4 * 2 ** 30;

/** Checks the options and fills in what they leave open. */
export function resolveOptions(source: DataSource, options: IngestOptions): ResolvedOptions {
  const { duplicates = source.kind === "ticks" ? "keep-all" : "keep-last", memoryBytes = defaultMemory } = options;
  if (!policies.includes(duplicates)) {
    const meant = nearest(String(duplicates), policies);
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `duplicates is "${duplicates}"; it is one of ${policies.map((policy) => `"${policy}"`).join(", ")}${meant === undefined ? "" : ` (did you mean "${meant}"?)`}`,
      { details: { option: "duplicates", value: String(duplicates) } },
    );
  }
  if (!Number.isFinite(memoryBytes) || memoryBytes < leastMemory)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `memoryBytes is "${memoryBytes}"; it is a number of bytes, ${leastMemory} or more`,
      { details: { option: "memoryBytes", value: String(memoryBytes) } },
    );
  return {
    name: options.name ?? datasetName(source.identity.path ?? source.identity.name),
    duplicates,
    memoryBytes: Math.min(Math.floor(memoryBytes), mostMemory),
    force: options.force ?? false,
  };
}
