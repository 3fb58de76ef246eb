import type { ReportLuck } from "./luck-data.ts";
import type { ReportSweep } from "./search-data.ts";
import type { ReportWalkForward } from "./walk-forward-data.ts";

/** What a report shows besides a backtest. The data block has it as it is. */
export interface ReportPanels {
  /** The sweep that the configuration was chosen from: the best of it. */
  readonly sweep?: ReportSweep | undefined;
  /** The walk-forward whose account this is. */
  readonly walkForward?: ReportWalkForward | undefined;
  /** How much of the result luck explains. */
  readonly luck?: ReportLuck | undefined;
}
