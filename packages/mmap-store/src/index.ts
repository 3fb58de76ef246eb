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
} from "./arrow-export.ts";
export { type MappingBackend, mappingBackend, unmapDisposed } from "./mapping.ts";
export { type MmapStore, type MmapStoreOptions, mmapStore } from "./mmap-store.ts";
export { plugins as default } from "./plugin.ts";
export { networkFileSystems } from "./reading/network-file-systems.ts";
export type { SegmentBackend } from "./segment-reader.ts";
