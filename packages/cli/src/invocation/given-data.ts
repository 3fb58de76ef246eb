import { type DataOptions, ingestFile } from "@atc/runtime";
import type { Invocation } from "./invocation.ts";

/** The data that a command was given, as one name, and how it is read. */
export interface GivenData {
  /** A file or a dataset; undefined for the only dataset. */
  readonly data: string | undefined;
  readonly reading: DataOptions;
  /** Whether the dataset of several files was up to date; undefined unless there are several. */
  readonly reused: boolean | undefined;
}

/** Several files become one dataset, as with an ingest of them. */
export async function givenData({ runtime, data }: Invocation, given: readonly string[]): Promise<GivenData> {
  if (given.length <= 1) return { data: given[0], reading: data, reused: undefined };
  const { manifest, reused } = await ingestFile(runtime, given, data);
  return { data: manifest.name, reading: { signal: data.signal, onProgress: data.onProgress }, reused };
}
