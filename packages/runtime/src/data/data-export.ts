import type { RowSelection } from "@atc/datasets";
import { rangesOf } from "@atc/datasets";
import type { Runtime } from "../wiring/runtime.ts";
import type { DataOptions } from "./open-data.ts";
import { openData } from "./open-data.ts";
import { type ExportResult, openTarget, type TableTarget } from "./table-target.ts";

/** The rows and the files of an export. */
export interface ExportOptions extends TableTarget, RowSelection {
  /** How `data` is read if it is a file. */
  readonly reading?: DataOptions;
}

/**
 * Writes the rows of a dataset or a file to files of another format. Memory does not grow with the rows. All files
 * appear at the end; an error or an abort leaves existing files as they were.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown format, or if a file exists and `force` is not set; ATC_NOT_FOUND for
 * the data or a symbol; ATC_MISSING_PLUGIN with the line that installs the format's package; ATC_INVALID_DATA if no
 * row is selected; ATC_NO_SPACE, ATC_READ_ONLY, ATC_IO, ATC_ABORTED
 */
export async function exportData(runtime: Runtime, data: string, options: ExportOptions): Promise<ExportResult> {
  const target = await openTarget(runtime, options);
  const { signal, onProgress } = options;
  using opened = await openData(runtime, data, { ...options.reading, signal, onProgress });
  return await target.write(opened.dataset, rangesOf(opened.dataset, options));
}
