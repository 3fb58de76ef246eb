/**
 * Datasets of bars and ticks in memory-mapped Arrow files.
 *
 * @packageDocumentation
 */
export {
  type ArrowBlocks,
  type ArrowTable,
  type ArrowTableColumn,
  encodeArrow,
  encodeArrowBlocks,
  type TextValues,
} from "./arrow/arrow-export.ts";
export { type ArrowTableFile, openArrowTable } from "./arrow/arrow-table-file.ts";
export { plugins as default } from "./plugin.ts";
export { type MappingBackend, mappingBackend, unmapDisposed } from "./reading/mapping.ts";
export { networkFileSystems } from "./reading/network-file-systems.ts";
export type { SegmentBackend } from "./reading/segment-reader.ts";
export { type DatasetLeftovers, freeLeftovers } from "./store/leftovers.ts";
export { type MmapStore, type MmapStoreOptions, mmapStore } from "./store/mmap-store.ts";
