import { AtcError, type Block, type Series } from "@atc/contract";
import { type CandleColumns, candleFault, lowestPrice } from "./candle-check.ts";
import type { CandleFault, CandleSpan, Gap, GapReport } from "./gap-report.ts";
import { isoOf, rowAt, rowTime, timeOf } from "./series-time.ts";

const keptFaults = 20;
/**
 * The host checks at most this many bars at once, so the check for prices that are far too low uses the same number.
 */
const hostRequest = 1000;

interface Scan {
  readonly intervalMs: number;
  readonly gaps: Gap[];
  readonly spans: CandleSpan[];
  readonly faults: CandleFault[];
  faultCount: number;
  present: number;
  /** The expected opening time of the next bar. */
  next: number;
  spanFrom: number;
  spanRow: number;
  spanBars: number;
}

function endSpan(scan: Scan): void {
  const { spanBars: bars, spanFrom: from } = scan;
  if (bars > 0) scan.spans.push({ from, to: from + bars * scan.intervalMs, row: scan.spanRow, bars });
  scan.spanBars = 0;
}

function addGap(scan: Scan, to: number): void {
  if (to > scan.next) scan.gaps.push({ from: scan.next, to, bars: (to - scan.next) / scan.intervalMs });
}

function addFault(scan: Scan, row: number, time: number, what: string): void {
  if (scan.faultCount++ < keptFaults) scan.faults.push({ row, time, what });
}

function scanTime(scan: Scan, row: number, time: number): void {
  if (time % scan.intervalMs !== 0) {
    endSpan(scan);
    addFault(scan, row, time, `its time is not a multiple of ${scan.intervalMs} ms`);
    return;
  }
  if (time < scan.next) {
    endSpan(scan);
    addFault(scan, row, time, "a bar of the same or a later time is before it");
    return;
  }
  if (time > scan.next || scan.spanBars === 0) {
    endSpan(scan);
    addGap(scan, time);
    scan.spanFrom = time;
    scan.spanRow = row;
  }
  scan.spanBars++;
  scan.present++;
  scan.next = time + scan.intervalMs;
}

function scanBlock(scan: Scan, block: Block, hasVolume: boolean): void {
  const words = block.timeWords();
  const columns: CandleColumns = {
    open: block.values("open"),
    high: block.values("high"),
    low: block.values("low"),
    close: block.values("close"),
    volume: hasVolume ? block.values("volume") : undefined,
  };
  const lowest = lowestPrice(columns, block.length);
  for (let i = 0; i < block.length; i++) {
    const time = timeOf(words, i);
    scanTime(scan, block.row + i, time);
    const what = candleFault(columns, i, lowest);
    if (what !== undefined) addFault(scan, block.row + i, time, what);
  }
}

function checkColumns(series: Series): boolean {
  const names = series.columns.map(({ name }) => name);
  const missing = ["open", "high", "low", "close"].filter((name) => !names.includes(name));
  if (missing.length === 0) return names.includes("volume");
  throw new AtcError(
    "ATC_INVALID_DATA",
    `symbol "${series.symbol}" has no column ${missing.map((name) => `"${name}"`).join(", ")}; the host's candles need open, high, low and close`,
    { details: { symbol: series.symbol, missing } },
  );
}

/**
 * Finds missing and faulty bars before the host runs. A single missing minute ends the host's process, and no `try`
 * catches that.
 *
 * Bars are expected at multiples of `intervalMs` since the epoch. A bar is faulty if
 *
 * - it is off this grid, or has the time of the bar before it;
 * - a price is not finite and above 0;
 * - its high is below its low, or its volume is negative;
 * - a price is below a thousandth of the median of the (up to 1,000) bars read with it.
 *
 * @param series - bars with the columns open, high, low, close, and optionally volume
 * @param from - first time in ms since the epoch, inclusive, rounded up to a bar's time
 * @param to - last time in ms since the epoch, exclusive, rounded down to a bar's time
 * @param intervalMs - time between two bars in ms
 * @throws ATC_INVALID_ARGUMENT if the range contains no bar or the interval is not a positive integer; ATC_INVALID_DATA
 * if a column is missing; ATC_UNSUPPORTED for ticks
 */
export function preflight(series: Series, from: number, to: number, intervalMs: number): GapReport {
  if (!(Number.isSafeInteger(intervalMs) && intervalMs > 0))
    throw new AtcError("ATC_INVALID_ARGUMENT", `intervalMs is "${intervalMs}"; pass an integer number of ms above 0`);
  if (series.columns[0]?.type !== "timestamp[ms]")
    throw new AtcError("ATC_UNSUPPORTED", `symbol "${series.symbol}" contains ticks; resample them to bars first`);
  const hasVolume = checkColumns(series);
  const first = Math.ceil(from / intervalMs) * intervalMs;
  const end = Math.floor(to / intervalMs) * intervalMs;
  if (!(end > first))
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `the range from ${isoOf(from)} to ${isoOf(to)} contains no whole bar; choose a wider range`,
    );
  const scan: Scan = {
    intervalMs,
    gaps: [],
    spans: [],
    faults: [],
    faultCount: 0,
    present: 0,
    next: first,
    spanFrom: first,
    spanRow: 0,
    spanBars: 0,
  };
  const rows = { from: rowAt(series, first), to: rowAt(series, end) };
  const columns = ["timestamp", "open", "high", "low", "close", ...(hasVolume ? ["volume"] : [])];
  for (const block of series.blocks({ columns, ...rows, blockLength: hostRequest })) scanBlock(scan, block, hasVolume);
  endSpan(scan);
  addGap(scan, end);
  const expectedBars = (end - first) / intervalMs;
  return {
    symbol: series.symbol,
    from: first,
    to: end,
    intervalMs,
    expectedBars,
    presentBars: scan.present,
    missingBars: expectedBars - scan.present,
    gaps: scan.gaps,
    spans: scan.spans,
    faults: scan.faults,
    faultCount: scan.faultCount,
  };
}

/** The times of a series in ms: opening of its first bar, closing of its last. */
export function timeRange(series: Series, intervalMs: number): { readonly from: number; readonly to: number } {
  return { from: rowTime(series, 0), to: rowTime(series, series.length - 1) + intervalMs };
}
