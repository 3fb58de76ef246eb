import type { Period, SkippedSymbol } from "@atc/backtest";
import { checkPeriod, periodStart } from "@atc/backtest";
import { AtcError, isAtcError, throwIfAborted } from "@atc/contract";
import type { RowRange } from "@atc/datasets";
import { createPacer } from "@atc/plugin-kit";
import type { StateRequest } from "../compute/symbol-state.ts";
import { chosenSymbols } from "../data/chosen-symbols.ts";
import type { DataOptions } from "../data/open-data.ts";
import { openData } from "../data/open-data.ts";
import { type ExportResult, openTarget, type TableTarget } from "../data/table-target.ts";
import { signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { signalDataset, signalRange } from "./signal-dataset.ts";

/** The symbols, the time and the files of an export of signals. */
export interface SignalExportOptions extends TableTarget {
  /** Default: all symbols. */
  readonly symbols?: readonly string[];
  /** The bars that are written, whose signals see all bars before them. Default: all bars. */
  readonly period?: Period;
  /** How `data` is read if it is a file. */
  readonly reading?: DataOptions;
}

/** What an export of signals wrote. */
export interface ExportedSignals extends ExportResult {
  /** Symbols that could not be computed, by UTF-16 code unit. */
  readonly skipped: readonly SkippedSymbol[];
}

/**
 * Writes the signals of every bar of many symbols as one table: `symbol`, `timestamp`, `close`, `source`, and the
 * outputs named as in `fixtures/atc`. Bars are computed as they are written, so memory does not grow with them. Signals
 * are neither taken from the cache nor stored in it. A symbol with invalid data is left out and listed under `skipped`.
 *
 * @throws ATC_INVALID_DATA if no symbol is left; ATC_INVALID_ARGUMENT for an unknown format, a period without a time,
 * or if a file exists and `force` is not set; ATC_MISSING_PLUGIN with the line that installs the format's package;
 * what {@link openData} throws
 */
export async function exportSignals(
  runtime: Runtime,
  data: string | undefined,
  options: SignalExportOptions,
): Promise<ExportedSignals> {
  const { period, signal, onProgress } = options;
  if (period !== undefined) checkPeriod(period);
  const target = await openTarget(runtime, options);
  using opened = await openData(runtime, data, { ...options.reading, signal, onProgress });
  const { dataset } = opened;
  const { limit, invalidPrices } = runtime.config;
  const request: StateRequest = { signals: signalPart(runtime.config), invalidPrices, limit, period };
  const from = periodStart(period, dataset.manifest.schema.kind === "ticks" ? "ns" : "ms");
  const pacer = createPacer({ signal });
  const ranges: RowRange[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const symbol of chosenSymbols(dataset, options.symbols)) {
    const series = dataset.series(symbol);
    try {
      ranges.push(signalRange(series, request, from));
    } catch (error) {
      if (!isAtcError(error, "ATC_INVALID_DATA")) throw error;
      skipped.push({ symbol, reason: error.message, code: error.code });
    }
    throwIfAborted(signal);
    await pacer.pause();
  }
  if (ranges.length === 0) {
    const { reason = "there are no symbols" } = skipped[0] ?? {};
    throw new AtcError("ATC_INVALID_DATA", `no symbol has signals to write: ${reason}`, {
      details: { skipped: skipped.map(({ symbol }) => symbol) },
    });
  }
  return { ...(await target.write(signalDataset(dataset, request), ranges)), skipped };
}
