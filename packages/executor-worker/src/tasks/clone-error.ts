import { AtcError } from "@atc/contract";

/** A value that could not be sent. */
export interface CloneFailure {
  /** The reference of the task. */
  readonly task: string;
  readonly what: "input" | "result";
  /** The DataCloneError of the platform, or the TypeError of `movableBuffers`. */
  readonly cause: unknown;
}

/** ATC_INVALID_ARGUMENT for an input, ATC_INVALID_DATA for a result that cannot be cloned. */
export function cloneError({ task, what, cause }: CloneFailure): AtcError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AtcError(
    what === "input" ? "ATC_INVALID_ARGUMENT" : "ATC_INVALID_DATA",
    `the ${what} of task "${task}" cannot be sent: ${reason}; use plain data and typed arrays, and move each whole buffer once`,
    { cause, details: { task } },
  );
}
