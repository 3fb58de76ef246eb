import type { EpochUnit } from "@atc/plugin-kit";
import type { Projection } from "../columns/projection.ts";
import type { ArrowFile } from "../files/arrow-file.ts";
import type { ArrowOptions } from "../files/arrow-options.ts";
import type { ArrowContents } from "../format/messages.ts";

/** A file that is ready to be read. */
export interface OpenedSource {
  /** The file. */
  readonly file: ArrowFile;
  /** What it says of itself. */
  readonly contents: ArrowContents;
  /** Which of its columns are read. */
  readonly projection: Projection;
  /** What times that are integers count. */
  readonly unit: EpochUnit;
  /** The symbol of every row, where no column holds it. */
  readonly symbol: string | undefined;
  /** How to read it. */
  readonly options: ArrowOptions;
}
