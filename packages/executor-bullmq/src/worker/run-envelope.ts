import { AtcError, isAtcError, type Progress, type TaskRunner } from "@atc/contract";
import type { DataPlane } from "../plane/data-plane.ts";
import { contentKey } from "../queue/content-key.ts";
import { resultToJson, type TaskEnvelope } from "../queue/task-envelope.ts";
import { decodeValue } from "../wire/decode-value.ts";
import { encodeValue } from "../wire/encode-value.ts";

/** What a worker runs tasks with. */
export interface TaskPlace {
  readonly runner: TaskRunner;
  readonly plane: DataPlane | undefined;
  readonly release: string;
}

/** Options of {@link runEnvelope}. */
export interface RunOptions {
  /** Cancels the task; aborted at its deadline too. */
  readonly stop: AbortController;
  /** Whether the task was taken before, so that its result may be stored. */
  readonly isRepeated: boolean;
  readonly onProgress: (progress: Progress) => void;
}

/** The largest result in Redis, in bytes: its events keep each for a while. */
const mostInline = 4_000;
/** Milliseconds of computing from which a small result is stored: to create a file costs about half a millisecond. */
const worthStoringMs = 20;

async function inputOf({ ref, key, input }: TaskEnvelope, { plane, release }: TaskPlace): Promise<unknown> {
  if ("digest" in input && plane === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      "this worker has no shared directory; name that of the submitter with --shared, or its server or bucket with --data",
    );
  const bytes = "inline" in input ? input.inline : await (plane as DataPlane).input(input.digest);
  if (contentKey(release, ref, bytes) === key) return decodeValue(bytes);
  throw new AtcError(
    "ATC_CORRUPT_DATA",
    `the input of task "${ref.task}" is not the one that was submitted; run again`,
    {
      details: { task: ref.task },
    },
  );
}

function resultBytes(task: string, value: unknown): Uint8Array {
  try {
    return encodeValue(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtcError(
      "ATC_INVALID_DATA",
      `the result of task "${task}" cannot be sent: ${reason}; use plain data and typed arrays`,
      {
        cause,
        details: { task },
      },
    );
  }
}

/** What was computed for a task. */
interface Computed {
  readonly bytes: Uint8Array;
  /** Milliseconds that it took. */
  readonly costMs: number;
}

/** Stores a result that is large, or that took long, and returns what goes through Redis. */
async function deliver(
  { ref: { task }, key, permit }: TaskEnvelope,
  { bytes, costMs }: Computed,
  plane: DataPlane | undefined,
): Promise<object> {
  const isSmall = bytes.length <= mostInline;
  if (!isSmall || costMs >= worthStoringMs) await plane?.putResult(key, bytes, permit);
  if (isSmall) return resultToJson({ inline: bytes, costMs });
  if (plane !== undefined) return resultToJson({ inline: undefined, costMs });
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the result of task "${task}" has ${bytes.length} bytes, and Redis takes ${mostInline}; give submitter and workers a shared directory`,
    { details: { task } },
  );
}

/** Runs a task within its deadline. */
async function compute(
  envelope: TaskEnvelope,
  input: unknown,
  { runner }: TaskPlace,
  options: RunOptions,
): Promise<unknown> {
  const { ref, deadlineMs, isMoved, wantsProgress } = envelope;
  const { stop } = options;
  let isLate = false;
  const timer =
    deadlineMs === 0
      ? undefined
      : setTimeout(() => {
          isLate = true;
          stop.abort();
        }, deadlineMs);
  try {
    return await runner.submit(ref, input, {
      signal: stop.signal,
      ...(wantsProgress ? { onProgress: options.onProgress } : {}),
      ...(isMoved ? { transfer: [new ArrayBuffer(1)] } : {}),
    });
  } catch (error) {
    if (isLate && isAtcError(error, "ATC_ABORTED"))
      throw new AtcError("ATC_TIMEOUT", `task "${ref.task}" did not end within ${deadlineMs} ms and was ended`, {
        details: { task: ref.task },
      });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs the task of an envelope, or finds its stored result. Returns what goes back through Redis.
 *
 * @throws the error of the task, or of its storage
 */
export async function runEnvelope(envelope: TaskEnvelope, place: TaskPlace, options: RunOptions): Promise<object> {
  const { plane } = place;
  const { ref, key } = envelope;
  // The submitter has looked for the result of a task that is new.
  const stored = options.isRepeated ? await plane?.result(key) : undefined;
  if (stored !== undefined)
    return resultToJson({ inline: stored.length <= mostInline ? stored : undefined, costMs: 0 });
  const input = await inputOf(envelope, place);
  const startedAt = performance.now();
  const value = await compute(envelope, input, place, options);
  const costMs = performance.now() - startedAt;
  return await deliver(envelope, { bytes: resultBytes(ref.task, value), costMs }, plane);
}
