import type { BacktestConfig } from "@atc/contract";

/** Marks the account times at which kept positions are brought back to their targets. */
export interface Schedule {
  /** Whether it depends on times, and not only on their number. */
  readonly usesTimes: boolean;
  /** Writes 1 or 0 for each of the next `count` account times, given in ms since 1970 if they are used. */
  push(times: Float64Array, count: number, into: Uint8Array): void;
}

const msPerDay = 86_400_000;

/** Months since 1970 of a day since 1970, by Howard Hinnant's `civil_from_days`: a Date per day would be garbage. */
function monthOf(day: number): number {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Counted from March.
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return (yearOfEra + era * 400) * 12 + month;
}

/** 1970-01-01 was a Thursday, three days after a Monday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

const spanOf = { daily: (day: number): number => day, weekly: weekOf, monthly: monthOf };

function everyBars(step: number): Schedule {
  let time = 0;
  return {
    usesTimes: false,
    push(_times, count, into) {
      for (let i = 0; i < count; i++) {
        into[i] = time === 0 ? 1 : 0;
        if (++time === step) time = 0;
      }
    },
  };
}

function everySpan(span: (day: number) => number): Schedule {
  let lastDay = Number.NaN;
  let lastSpan = Number.NaN;
  return {
    usesTimes: true,
    push(times, count, into) {
      for (let i = 0; i < count; i++) {
        into[i] = 0;
        const day = Math.floor(times[i] / msPerDay);
        if (day === lastDay) continue;
        const current = span(day);
        // The first time of the account begins no span that the account knows.
        if (current !== lastSpan && !Number.isNaN(lastDay)) into[i] = 1;
        lastDay = day;
        lastSpan = current;
      }
    },
  };
}

/** Creates the schedule of a valid configuration; undefined if it is `never`. */
export function createSchedule(rebalance: BacktestConfig["rebalance"]): Schedule | undefined {
  if (rebalance === "never") return undefined;
  if (rebalance === "everyBar") return everyBars(1);
  if (rebalance === "daily" || rebalance === "weekly" || rebalance === "monthly") return everySpan(spanOf[rebalance]);
  return everyBars(Number(rebalance.slice("bars:".length)));
}
