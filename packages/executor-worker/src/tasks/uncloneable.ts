import { AtcError } from "@atc/contract";

/** What could not be sent. */
export interface Uncloneable {
  /** The task's reference. */
  readonly task: string;
  /** Which way it went. */
  readonly what: "input" | "result";
  /** The platform's DataCloneError, or our TypeError. */
  readonly cause: unknown;
}

/** ATC_INVALID_ARGUMENT for an input, ATC_INVALID_DATA for a result that no structured clone can hold. */
export function uncloneable({ task, what, cause }: Uncloneable): AtcError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AtcError(
    what === "input" ? "ATC_INVALID_ARGUMENT" : "ATC_INVALID_DATA",
    `the ${what} of task "${task}" cannot be sent: ${reason}; use plain data and typed arrays, and move each whole buffer once`,
    { cause, details: { task } },
  );
}
