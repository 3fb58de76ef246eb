import { dataBlock } from "./block/data-block.ts";
import { withoutFolders } from "./block/without-folders.ts";
import type { Deflating } from "./block/zip.ts";
import type { ReportData } from "./data/report-data.ts";
import { readAssets } from "./page/assets.ts";

/** How a report is rendered. */
export interface RenderOptions {
  /** The size of the page in bytes, which the data is thinned out to fit. Default: 3 million. */
  readonly maxBytes?: number | undefined;
}

/** How a data block is made. */
export interface ReportBlockOptions extends RenderOptions {
  /**
   * `fast` deflates a short report in a fraction of the time, to a fifth more bytes; `renderReport` deflates it
   * again, so that the page is the same. Default: `best`.
   */
  readonly deflating?: Deflating | undefined;
}

const defaultBytes = 3_000_000;

/** Bytes of static text, besides code and data. */
const textBytes = 60_000;

/**
 * Makes the data block of a report: an NPZ with everything that its page shows, so that it can be stored and rendered
 * later with `renderReport`. The curve and the bars are read block by block. The same input gives the same bytes.
 *
 * @throws what the blocks of `data` throw
 */
export function reportBlock(
  data: ReportData,
  { maxBytes = defaultBytes, deflating }: ReportBlockOptions = {},
): Uint8Array {
  const { script, style } = readAssets();
  // Base64 takes four bytes for three.
  const most = Math.floor(0.75 * (maxBytes - textBytes - script.length - style.length));
  return dataBlock({ ...data, result: withoutFolders(data.result) }, most, deflating);
}
