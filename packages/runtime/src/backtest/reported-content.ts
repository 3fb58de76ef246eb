import type { AtcConfig } from "@atc/config";
import type { BacktestCurves } from "./backtest-curves.ts";
import { reportColumns } from "./report-columns.ts";
import type { ContentOptions } from "./run-content.ts";

/** The most bars, of all symbols, of a run that holds its report without being asked for one. */
export const mostReportedBars = 30_000;

/** What curves have so that a report shows all of them. */
export function reportedContent(config: AtcConfig): Required<Pick<ContentOptions, "curves" | "recorded" | "fills">> {
  return { curves: true, recorded: reportColumns(config), fills: true };
}

/** The content of a run whose curves are kept to be stored: a short one is kept with what a report shows. */
export function storableContent<Options extends ContentOptions & { readonly curvesIfComputed?: boolean }>(
  options: Options,
  config: AtcConfig,
  bars: number,
): Options {
  if (options.curvesIfComputed !== true || bars > mostReportedBars) return options;
  const { recorded, ...content } = reportedContent(config);
  return { ...options, ...content, recorded: [...recorded, ...(options.recorded ?? [])] };
}

/** Whether curves have what {@link reportedContent} asks for. */
export function hasReportedContent({ accounts, shared }: BacktestCurves, config: AtcConfig): boolean {
  const wanted = reportColumns(config);
  const all = shared === undefined ? accounts.map(({ curves }) => curves) : [shared.curves];
  return all.every(
    ({ columns, trades, fills }) => wanted.every((name) => columns.includes(name)) && (trades === 0 || fills > 0),
  );
}
