import type { Projection } from "../columns/projection.ts";
import type { TimeColumn } from "../columns/time-column.ts";
import type { ArrowFile } from "../files/arrow-file.ts";
import type { ArrowOptions } from "../files/arrow-options.ts";
import type { ArrowContents } from "../format/messages.ts";

/** A file whose schema is known. */
export interface OpenedSource {
  readonly file: ArrowFile;
  readonly contents: ArrowContents;
  /** Which of its columns are read. */
  readonly projection: Projection;
  /** How its times are read. */
  readonly time: TimeColumn;
  /** The symbol of every row, if no column holds it. */
  readonly symbol: string | undefined;
  readonly options: ArrowOptions;
  /** What was assumed about its columns. */
  readonly notes: readonly string[];
}
