import type { Series } from "@atc/contract";
import { rowBlockReader } from "./row-block.ts";
import { zoneClock } from "./zone-clock.ts";

const day = 86_400_000;

/** Series that are sampled, evenly spread over all. */
const mostSeries = 32;
/** Rows of each of the three samples of a series. */
const sampleRows = 2048;

/** What samples of the rows say about them. */
export interface SourceSurvey {
  /** The shortest time between two rows, in ms; NaN if there are no two of different times. */
  readonly shortest: number;
  /** The usual time between rows, in ms, which is the length of a row; NaN if it is unclear. */
  readonly rowMs: number;
  /** The usual time between rows in calendar months, whose lengths differ; 0 for other rows. */
  readonly months: number;
  /** Whether all times are UTC midnights. */
  readonly isMidnights: boolean;
  /** The first time that is not, in ms; NaN if all are. */
  readonly timeOfDay: number;
  /** Whether any row is on another calendar day in the zone than in UTC. */
  isShiftedIn(timeZone: string): boolean;
}

/** Samples the times of series: the beginning, the middle and the end of some of them. */
export function surveySource(series: Iterable<Series>): SourceSurvey {
  const steps = new Map<number, number>();
  const midnights = new Set<number>();
  let timeOfDay = Number.NaN;
  const read = rowBlockReader("bars", []);
  for (const one of series) {
    const isTicks = one.columns[0]?.type === "timestamp[ns]";
    const readOwn = isTicks ? rowBlockReader("ticks", []) : read;
    for (const [from, to] of samples(one.length)) {
      let before = Number.NaN;
      for (const block of one.blocks({ columns: ["timestamp"], from, to })) {
        const { length, times } = readOwn(block);
        for (let i = 0; i < length; i++) {
          const time = times[i];
          const step = time - before;
          if (step > 0) steps.set(step, (steps.get(step) ?? 0) + 1);
          if (time % day === 0) midnights.add(time);
          else if (Number.isNaN(timeOfDay)) timeOfDay = time;
          before = time;
        }
      }
    }
  }
  return {
    ...usualStep(steps),
    isMidnights: Number.isNaN(timeOfDay),
    timeOfDay,
    isShiftedIn(timeZone) {
      const { local } = zoneClock(timeZone);
      return [...midnights].some((time) => Math.floor(local(time) / day) !== time / day);
    },
  };
}

/** Some of many series, evenly spread. */
export function* sampledSeries(
  symbols: readonly { readonly symbol: string }[],
  open: (symbol: string) => Series,
): Generator<Series> {
  const step = Math.max(1, symbols.length / mostSeries);
  for (let i = 0; i < symbols.length; i += step) {
    const one = symbols[Math.floor(i)];
    if (one !== undefined) yield open(one.symbol);
  }
}

function samples(rows: number): readonly (readonly [from: number, to: number])[] {
  if (rows <= 3 * sampleRows) return [[0, rows]];
  const middle = Math.floor((rows - sampleRows) / 2);
  return [
    [0, sampleRows],
    [middle, middle + sampleRows],
    [rows - sampleRows, rows],
  ];
}

/**
 * The usual one of the times between rows: the shortest, if it repeats and the others are multiples of it (a session's
 * bars with nights and holes between them); else the most frequent, if at least two in five are equal.
 */
function usualStep(steps: ReadonlyMap<number, number>): Pick<SourceSurvey, "shortest" | "rowMs" | "months"> {
  const total = [...steps.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return { shortest: Number.NaN, rowMs: Number.NaN, months: 0 };
  const byLength = [...steps].sort(([a], [b]) => a - b);
  const shortest = byLength[0]?.[0] ?? Number.NaN;
  const months = usualMonths(byLength, total);
  if (months !== undefined) return { shortest, ...months };
  const isRepeated = (count: number): boolean => count >= 2 && count >= 0.05 * total;
  const base = byLength.find(([, count]) => isRepeated(count))?.[0] ?? Number.NaN;
  const onGrid = byLength.reduce((sum, [step, count]) => sum + (step % base === 0 ? count : 0), 0);
  if (onGrid >= 0.95 * total) return { shortest, rowMs: base, months: 0 };
  const [step, count] = byLength.reduce((most, one) => (one[1] > most[1] ? one : most));
  return { shortest, rowMs: isRepeated(count) && count >= 0.4 * total ? step : Number.NaN, months: 0 };
}

/** Months, quarters or years between rows; undefined if it is something else, such as four weeks. */
function usualMonths(
  steps: readonly (readonly [step: number, count: number])[],
  total: number,
): Pick<SourceSurvey, "rowMs" | "months"> | undefined {
  for (const [months, shortest, longest] of [
    [1, 28, 31],
    [3, 90, 92],
    [6, 181, 184],
    [12, 365, 366],
  ] as const) {
    const own = steps.filter(([step]) => Math.round(step / day) >= shortest && Math.round(step / day) <= longest);
    const count = own.reduce((sum, [, rows]) => sum + rows, 0);
    // Rows that are always as far apart are a number of days.
    const isVaried = new Set(own.map(([step]) => Math.round(step / day))).size > 1;
    if (count >= 2 && count >= 0.6 * total && isVaried)
      // The shortest of them, so that none seems to reach over the end of its month.
      return { rowMs: shortest * day, months };
  }
  return undefined;
}
