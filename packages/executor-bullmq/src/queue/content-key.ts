import type { TaskRef } from "@atc/contract";
import { digestOf } from "../plane/data-plane.ts";

/** The key of a task's content: everything that its result depends on. */
export function contentKey(release: string, { task, version }: TaskRef, input: Uint8Array): string {
  return digestOf(JSON.stringify([release, task, version]), input);
}
