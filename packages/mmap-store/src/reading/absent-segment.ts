import { AtcError } from "@atc/contract";
import { isSystemError } from "../base/file-system.ts";
import { type OpenSegmentOptions, openSegmentNow, type SegmentReader } from "./segment-reader.ts";

/**
 * A reader of a segment that was not there when its dataset was opened: each read looks for it until it is there.
 *
 * @param error - why it could not be opened; thrown again unless the file does not exist
 */
export function absentSegment(error: unknown, dataset: string, options: OpenSegmentOptions): SegmentReader {
  if (!isSystemError(error, "ENOENT")) throw error;
  let opened: SegmentReader | undefined;
  const found = (): SegmentReader => {
    try {
      opened ??= openSegmentNow(options);
      return opened;
    } catch (cause) {
      if (!isSystemError(cause, "ENOENT")) throw cause;
      throw new AtcError(
        "ATC_NOT_FOUND",
        `the copy of dataset "${dataset}" does not have its segment "${options.path}"; fetch it first`,
        { cause, details: { dataset, path: options.path, isAbsentSegment: true } },
      );
    }
  };
  return {
    isMapped: () => found().isMapped(),
    checkSize: () => found().checkSize(),
    values: (dtype, offset, length, target) => found().values(dtype, offset, length, target),
    prefetch: (offset, length) => opened?.prefetch(offset, length),
    scan: () => found().scan(),
    window: (bytes) => found().window(bytes),
    release: () => opened?.release(),
    dispose() {
      opened?.dispose();
      opened = undefined;
    },
  };
}
