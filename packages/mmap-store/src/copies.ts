/**
 * Copies datasets of another machine, and pushes datasets to a place that other machines reach, segment by segment. It
 * is an entry of its own, so that a program without copies does not load its modules.
 *
 * @packageDocumentation
 */
export type { CopyIdentity } from "./copy/copy-identity.ts";
export type { CopySource } from "./copy/copy-place.ts";
export {
  type CopyRequest,
  type DatasetCopies,
  type DatasetCopiesOptions,
  type DatasetCopy,
  datasetCopies,
} from "./copy/dataset-copies.ts";
export { type DatasetPushOptions, type PushedDataset, type PushTarget, pushDataset } from "./copy/dataset-push.ts";
