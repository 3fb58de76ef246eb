/**
 * Copies datasets of another machine, segment by segment. It is an entry of its own, so that a program without copies
 * does not load its modules.
 *
 * @packageDocumentation
 */
export type { CopyIdentity, CopySource } from "./copy/copy-place.ts";
export {
  type CopyRequest,
  type DatasetCopies,
  type DatasetCopiesOptions,
  type DatasetCopy,
  datasetCopies,
} from "./copy/dataset-copies.ts";
