import { AtcError, type SubmitOptions, type TaskRef } from "@atc/contract";
import type { DataPlane } from "../plane/data-plane.ts";
import { contentKey } from "../queue/content-key.ts";
import type { TaskEnvelope } from "../queue/task-envelope.ts";
import { encodeValue } from "../wire/encode-value.ts";

/** A task with its encoded input. */
export interface TaskRequest {
  readonly ref: TaskRef;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly isMoved: boolean;
}

/** The largest input in Redis, in bytes. A larger one goes through the data plane. */
const mostInline = 10_000;

function checkRef({ task, version }: TaskRef): void {
  const parts = task.split("#");
  if (parts.length !== 2 || parts.includes(""))
    throw new AtcError("ATC_INVALID_ARGUMENT", `task "${task}" does not have the form "package#function"`);
  if (!Number.isSafeInteger(version) || version < 1)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `task "${task}": its version must be an integer from 1, not "${version}"`,
    );
}

/**
 * Encodes an input at once, so that later changes of it do not reach the task, and takes the buffers that are moved.
 *
 * @throws ATC_INVALID_ARGUMENT for a malformed reference, or for an input that cannot be sent
 */
export function taskRequest(
  release: string,
  ref: TaskRef,
  input: unknown,
  { transfer = [] }: Pick<SubmitOptions, "transfer">,
): TaskRequest {
  checkRef(ref);
  try {
    const bytes = encodeValue(input);
    if (transfer.length > 0) structuredClone(undefined, { transfer: [...transfer] });
    return { ref, key: contentKey(release, ref, bytes), bytes, isMoved: transfer.length > 0 };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the input of task "${ref.task}" cannot be sent: ${reason}; use plain data and typed arrays, and move each whole buffer once`,
      { cause, details: { task: ref.task } },
    );
  }
}

/** Brings the input to a place that workers reach. ATC_INVALID_ARGUMENT for a large one without a data plane. */
export async function envelopeOf(
  { ref, key, bytes, isMoved }: TaskRequest,
  plane: DataPlane | undefined,
  rest: Pick<TaskEnvelope, "wantsProgress" | "deadlineMs">,
): Promise<TaskEnvelope> {
  const own = { ref, key, isMoved, permit: await plane?.permit(key), ...rest };
  if (bytes.length <= mostInline) return { ...own, input: { inline: bytes } };
  if (plane !== undefined) return { ...own, input: { digest: await plane.putInput(bytes) } };
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the input of task "${ref.task}" has ${bytes.length} bytes, and Redis takes ${mostInline}; give the executor a directory that workers share`,
    { details: { task: ref.task } },
  );
}
