import { fromSystemError } from "@atc/contract";

/** Throws what the system reported about a file of rows, as an error that says what to do. */
export function throwDiskError(path: string, error: unknown): never {
  throw fromSystemError(
    error,
    `cannot keep rows in "${path}"`,
    "free space on that disk, or let the ingest use more memory (memoryBytes)",
  );
}

/** Runs `action` on a file of rows. */
export function withDiskErrors<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    return throwDiskError(path, error);
  }
}
