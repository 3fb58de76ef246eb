import { readBlock } from "./block/read-block.ts";
import { isDeflatedFast, zipMembers } from "./block/read-zip.ts";
import { zipArchive } from "./block/zip.ts";
import type { ReportData } from "./data/report-data.ts";
import type { ReportResult } from "./data/report-result.ts";
import { titleOf } from "./markup/summary-facts.ts";
import { documentPieces } from "./page/document.ts";
import { sectionsOf } from "./page/sections.ts";
import { type RenderOptions, reportBlock } from "./report-block.ts";

function deflatedBest(block: Uint8Array): Uint8Array {
  return zipArchive(Array.from(zipMembers(block), ([name, bytes]) => ({ name, bytes })));
}

/**
 * The result in a data block: all of it, or with more than 300 symbols the shown metrics of each.
 *
 * @throws ATC_CORRUPT_DATA, ATC_UNSUPPORTED
 */
export function reportResult(block: Uint8Array): ReportResult {
  return readBlock(block).result;
}

/**
 * Renders a report as one HTML file without any request: the figures as text, the data as a block that NumPy can read,
 * and a client that draws it. The same input gives the same bytes. The curve and the bars are read block by block.
 *
 * @param report - its data, or a block that {@link reportBlock} made, whose size `maxBytes` does not change
 * @throws what the blocks of the data throw; ATC_CORRUPT_DATA for a damaged block; ATC_UNSUPPORTED for a block of a
 * newer version
 */
export function renderReport(report: ReportData | Uint8Array, options: RenderOptions = {}): Uint8Array {
  const made = report instanceof Uint8Array ? report : reportBlock(report, options);
  const json = readBlock(made);
  const block = isDeflatedFast(made) ? deflatedBest(made) : made;
  const pieces = documentPieces({ title: titleOf(json), sections: sectionsOf(json), block });
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}
