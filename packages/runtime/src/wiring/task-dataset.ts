import { AtcError } from "@atc/contract";
import type { CopyIdentity } from "@atc/mmap-store/copies";
import type { TaskInput } from "./task-places.ts";

/** The generation that a task reads. Its input may come from a queue, so nothing of it is trusted. */
export function datasetOf({ dataset, generation, fingerprint, createdAt }: TaskInput): CopyIdentity {
  const isRead =
    typeof dataset === "string" &&
    Number.isSafeInteger(generation) &&
    typeof fingerprint === "string" &&
    typeof createdAt === "number";
  if (!isRead) throw new AtcError("ATC_INVALID_DATA", "a task of the queue names no generation of a dataset");
  return { dataset, generation: generation as number, fingerprint, createdAt };
}
