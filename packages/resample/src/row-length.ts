const day = 86_400_000;
/** Rows that are never closer are rows of days: the shortest day of a zone has 23 hours, or 22 at the poles. */
const shortestDay = 22 * 3_600_000;
/** How often the shortest spacing must repeat. Two rows of a thin market may be a day apart although they are hours. */
const neededRepeats = 2;

/** Estimates the length of rows from the rows so far, never from later ones. */
export interface RowLengthSoFar {
  /** Takes the time of the next row. */
  take(time: number): void;
  /** The length in ms of rows within a day; NaN while it is unknown, and for rows of days. */
  readonly ms: () => number;
  /** The length in days of rows of days; NaN while it is unknown, and for others. */
  readonly days: () => number;
}

/**
 * The shortest spacing so far, once it has repeated. Rows of dates are a day long from the first on.
 *
 * @param areDates - whether times are calendar dates
 */
export function rowLengthSoFar(areDates: boolean): RowLengthSoFar {
  let previous = Number.NaN;
  let shortest = Number.POSITIVE_INFINITY;
  let repeats = 0;
  return {
    take(time) {
      const step = time - previous;
      previous = time;
      if (!(step > 0) || step > shortest) return;
      if (step < shortest) {
        shortest = step;
        // A length that has been trusted stays so: a shorter one closes bars later.
        if (repeats < neededRepeats) repeats = 0;
      }
      repeats++;
    },
    ms: () => (repeats < neededRepeats || shortest >= shortestDay ? Number.NaN : shortest),
    days() {
      if (repeats >= neededRepeats) return shortest < shortestDay ? Number.NaN : Math.round(shortest / day);
      return areDates ? 1 : Number.NaN;
    },
  };
}
