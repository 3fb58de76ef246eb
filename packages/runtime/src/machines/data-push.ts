import type { OperationOptions } from "@atc/contract";
import { findDataset } from "@atc/datasets";
import { type PushedDataset, pushDataset } from "@atc/mmap-store/copies";
import { openDataBucket } from "../wiring/data-bucket.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** How a dataset is pushed. */
export interface DataPushOptions extends OperationOptions {
  /** The bucket of the workers: `s3://bucket/prefix`. */
  readonly url: string;
  /** Whether segments are sent again that are there already, to repair them. Default: false. */
  readonly isRepeated?: boolean | undefined;
  /** Whether nothing is sent. Default: false. */
  readonly isDry?: boolean | undefined;
}

/**
 * Sends the newest generation of a dataset to the bucket from which workers copy it. What is there already is not sent
 * again, so a push that was ended resumes.
 *
 * @throws ATC_NOT_FOUND without the dataset or the bucket; ATC_INVALID_ARGUMENT for the URL or the credentials;
 * ATC_READ_ONLY; ATC_MISSING_PLUGIN; ATC_NETWORK; ATC_CORRUPT_DATA for a damaged segment; ATC_REPLACED if another
 * program replaces the dataset meanwhile; ATC_ABORTED
 */
export async function pushData(
  runtime: Runtime,
  name: string,
  { url, ...options }: DataPushOptions,
): Promise<PushedDataset> {
  const { generation, fingerprint, createdAt } = await findDataset(runtime.store, name);
  await using target = await openDataBucket(runtime, url);
  const identity = { dataset: name, generation, fingerprint, createdAt };
  return await pushDataset(identity, { ...options, directory: runtime.config.dataDir, target });
}
