import { AtcError } from "@atc/contract";

/** What the caller of an aborted task receives: ATC_ABORTED with the signal's reason as cause. */
export function abortedBy(signal: AbortSignal): AtcError {
  return new AtcError("ATC_ABORTED", "the task was aborted", { cause: signal.reason });
}

/** What a cancelled task throws. Its caller receives {@link abortedBy} instead. */
export function cancelled(): AtcError {
  return new AtcError("ATC_ABORTED", "the task was cancelled");
}
