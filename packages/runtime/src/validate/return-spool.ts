import type { ReturnColumns } from "@atc/sweep";
import { openArea, type SpoolFolders } from "../spool/open-spool.ts";
import { readArea, writeArea } from "../spool/spool-area.ts";

/** The size and the place of a spool of returns. */
export interface ReturnSpoolOptions extends SpoolFolders {
  /** Returns per configuration. */
  readonly rows: number;
  /** The most configurations. */
  readonly columns: number;
}

/**
 * Bar returns of configurations, 8 bytes each: in a file without a name, of which nothing is left however the process
 * ends, or in memory up to 16 MB. Disposal frees them.
 */
export interface ReturnSpool extends Disposable {
  /** Writes the returns of the configuration at a place. */
  write(place: number, returns: Float64Array): void;
  /** The configurations at some places, in their order. One of them is in memory at a time. */
  columns(places: readonly number[]): ReturnColumns;
}

/**
 * Opens a spool of returns.
 *
 * @throws its methods: ATC_NO_SPACE, ATC_IO or ATC_CORRUPT_DATA
 */
export function openReturnSpool(options: ReturnSpoolOptions): ReturnSpool {
  const { rows, columns } = options;
  const bytes = Float64Array.BYTES_PER_ELEMENT * rows;
  const opened = openArea(bytes * columns, options);
  return {
    write: (place, returns) => writeArea(opened.area, place * bytes, returns),
    columns(places) {
      const own = new Float64Array(rows);
      return {
        rows,
        columns: places.length,
        column(column) {
          readArea(opened.area, (places[column] as number) * bytes, own);
          return own;
        },
      };
    },
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  };
}
