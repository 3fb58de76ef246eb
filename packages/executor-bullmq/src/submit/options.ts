import { AtcError } from "@atc/contract";

/** Options of {@link bullmqExecutor}. */
export interface BullmqExecutorOptions {
  /** URL of the Redis server, or the path of a file that holds it. */
  readonly redis?: string | undefined;
  /** The directory that submitters and workers share. Default: none; then inputs and results must be small. */
  readonly directory?: string | undefined;
  /**
   * What replaces that directory: `s3://bucket/prefix` for all, or the URL at which `atc data serve` serves it, for a
   * worker that does not reach it. Default: none.
   */
  readonly server?: string | undefined;
  /** What that server asks for. Default: none. */
  readonly token?: string | undefined;
  /** The environment variables, which have the credentials of a bucket. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The release of the packages: workers of another release do not get the tasks. Default: `any`. */
  readonly release?: string | undefined;
  /** What the run is about, for lists of runs. Default: "". */
  readonly title?: string | undefined;
  /** Name of the queue: letters, digits, `-` and `_`. Default: `tasks`. */
  readonly queue?: string | undefined;
  /** From 1 (first) to 2097152 (last); 0 precedes all. Default: 0. */
  readonly priority?: number | undefined;
  /** Milliseconds after which the task of a silent worker goes to another one. Default: 30,000. */
  readonly lockMs?: number | undefined;
  /** Milliseconds that a task may run; 0 is without limit. Default: 3,600,000. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds to wait for Redis to come back, and for a worker to appear. Default: 600,000. */
  readonly patienceMs?: number | undefined;
}

/** Valid options with defaults filled in. */
export interface CheckedOptions {
  readonly redis: string | undefined;
  readonly directory: string | undefined;
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly release: string;
  readonly title: string;
  readonly queue: string;
  readonly priority: number;
  readonly lockMs: number;
  readonly deadlineMs: number;
  readonly patienceMs: number;
}

/** The longest delay of a timer. */
const longestMs = 2 ** 31 - 1;

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the executor bullmq: option ${name} is "${value}"; give an integer from ${least} to ${most}`,
      { details: { option: name } },
    );
}

/** Checks options and fills in defaults; ATC_INVALID_ARGUMENT names the member. */
export function checkOptions(options: BullmqExecutorOptions): CheckedOptions {
  const { redis, directory, server, token, env, release = "any", title = "", queue = "tasks", priority = 0 } = options;
  const { lockMs = 30_000, deadlineMs = 3_600_000, patienceMs = 600_000 } = options;
  checkInteger("priority", priority, 0, 2 ** 21);
  checkInteger("lockMs", lockMs, 500, longestMs);
  checkInteger("deadlineMs", deadlineMs, 0, longestMs);
  checkInteger("patienceMs", patienceMs, 100, longestMs);
  return { redis, directory, server, token, env, release, title, queue, priority, lockMs, deadlineMs, patienceMs };
}
