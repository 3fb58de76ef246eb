import type { LongerBars, ReadonlyTypedArray, RowKind } from "@atc/contract";
import type { BarInterval } from "./bar-calendar.ts";
import { barCalendar } from "./bar-calendar.ts";
import { type Closing, closingRule } from "./bar-closing.ts";
import { accumulatorOf, type BarColumn, barColumns } from "./bar-columns.ts";
import { type LongerBarsRequest, longerBarsRule } from "./longer-bars-rule.ts";
import type { ResolvedResample } from "./resample-options.ts";
import { rowLengthSoFar } from "./row-length.ts";

const day = 86_400_000;

/** Makes longer bars of rows that arrive in blocks. It keeps the unfinished one and those of the last block. */
export interface LongerBarsStream {
  /** Those of the last block. The object stays the same; its arrays are valid until the next block. */
  readonly bars: LongerBars;
  /** Takes the next rows, with their times in ms since the epoch. */
  push(times: Float64Array, columns: Readonly<Record<string, ReadonlyTypedArray<number> | undefined>>): void;
  /** What was left out, one sentence each without a full stop. */
  warnings(): readonly string[];
}

/** The columns of longer bars, without the number of rows. */
function ownColumns(columns: readonly string[], kind: RowKind, resolved: ResolvedResample): readonly BarColumn[] {
  const schema = { kind, columns: columns.map((name) => ({ name, type: "float64" as const })) };
  return barColumns(schema, resolved).filter(({ name }) => columns.includes(name));
}

/**
 * Makes the bars of a longer interval, as `resample` does, of rows that arrive in blocks. A bar closes at the first row
 * that ends with it or after it. Nothing depends on later rows: the length of a row is the shortest spacing so far. A
 * row that comes after its bar has closed is left out, and counted in the warnings.
 *
 * @throws ATC_INVALID_ARGUMENT for an interval or an option; ATC_INVALID_DATA if the rows of `series` are longer than
 * the interval or no divisor of it
 */
export function longerBars(request: LongerBarsRequest): LongerBarsStream {
  const { symbol, interval, kind, options = {} } = request;
  const { rule, resolved } = longerBarsRule(request);
  const calendar = barCalendar(rule, resolved);
  const closingOf = closingRule(calendar, rule, options.days);
  const columns = ownColumns(request.columns, kind, resolved);
  const accumulators = columns.map(accumulatorOf);
  const { stamps, label } = resolved;
  const earlier = stamps === "end" ? 1 : 0;
  const length = rowLengthSoFar(resolved.timeIs === "date");
  const current = new Float64Array(columns.length).fill(Number.NaN);
  let memories = columns.map(() => new Float64Array(0));
  let labels = new Float64Array(0);
  let counts = new Int32Array(0);
  let inputs: readonly ReadonlyTypedArray<number>[] = [];
  let bar: BarInterval | undefined;
  let closing: Closing = { time: Number.POSITIVE_INFINITY, endDate: Number.POSITIVE_INFINITY };
  let until = Number.NEGATIVE_INFINITY;
  let isOpen = false;
  let isClosed = true;
  let count = 0;
  let late = 0;
  let firstLate = Number.NaN;
  /** The first row of the block that the current bar has not taken yet; -1 if there is none. */
  let first = -1;

  const bars: Record<string, ReadonlyTypedArray<number>> = { closed: counts, timestamp: labels };

  /** Adds the rows before `end` that are waiting to the current bar. */
  function take(end: number): void {
    if (first < 0) return;
    for (let c = 0; c < accumulators.length; c++) accumulators[c](current, c, inputs[c], first, end);
    first = -1;
  }

  /** Closes the current bar, with the rows before `end`. */
  function close(end: number): void {
    take(end);
    labels[count] = label === "date" ? (bar as BarInterval).date : (bar as BarInterval).start;
    for (let c = 0; c < memories.length; c++) memories[c][count] = current[c];
    current.fill(Number.NaN);
    count++;
    isClosed = true;
  }

  /** Whether a row is the last one of the current bar. */
  function endsBar(time: number): boolean {
    if (earlier === 1) return time + 1 >= closing.time;
    if (kind === "ticks") return false;
    const days = length.days();
    if (!Number.isNaN(days)) return calendar.dateOf(time) + days * day >= closing.endDate;
    return time + length.ms() >= closing.time;
  }

  function enter(time: number): void {
    const next = calendar.interval(time);
    ({ until, isOpen } = next);
    if (!isOpen || next.start === bar?.start) return;
    bar = next;
    closing = closingOf(next);
    isClosed = false;
  }

  function reserve(rows: number): void {
    if (counts.length >= rows) return;
    counts = new Int32Array(rows);
    // Each closed bar has a row of the block, apart from the one that was open before.
    labels = new Float64Array(rows + 1);
    memories = columns.map(() => new Float64Array(rows + 1));
  }

  return {
    bars: bars as unknown as LongerBars,
    push(times, given) {
      const rows = times.length;
      reserve(rows);
      inputs = columns.map(({ from }) => given[from as string] as ReadonlyTypedArray<number>);
      count = 0;
      for (let i = 0; i < rows; i++) {
        const time = Math.floor(times[i]) - earlier;
        length.take(time);
        if (!isClosed && time >= closing.time) close(i);
        if (!(time < until)) enter(time);
        if (!isOpen) take(i);
        else if (!isClosed) {
          if (first < 0) first = i;
        } else {
          if (late === 0) firstLate = times[i];
          late++;
        }
        if (!isClosed && endsBar(time)) close(i + 1);
        counts[i] = count;
      }
      take(rows);
      bars["closed"] = counts.subarray(0, rows);
      bars["timestamp"] = labels.subarray(0, count);
      for (let c = 0; c < columns.length; c++) bars[columns[c].name] = memories[c].subarray(0, count);
    },
    warnings() {
      if (late === 0) return [];
      const isOne = late === 1;
      const advice = options.days === "weekdays" ? "; set days to all if the market trades at weekends" : "";
      return [
        `${isOne ? "1 bar" : `${late} bars`} of symbol "${symbol}", the first at ${new Date(firstLate).toISOString()}, came after ${isOne ? "its" : "their"} ${interval} bar had closed and ${isOne ? "is" : "are"} in none${advice}`,
      ];
    },
  };
}
