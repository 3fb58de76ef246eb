const dayMs = 86_400_000;

/** Collects the return of each UTC day: that of its last equity since the last equity before it. */
export interface DailyReturns {
  /** Adds the next points. */
  add(times: BigInt64Array, equity: Float64Array): void;
  /** The returns of all days that have one, in order. Nothing may be added afterwards. */
  finish(): Float64Array;
}

/** Creates the returns of no points. A day with the first point alone has no return. */
export function createDailyReturns(timeUnit: "ms" | "ns"): DailyReturns {
  const perDay = dayMs * (timeUnit === "ns" ? 1e6 : 1);
  const returns: number[] = [];
  let base = Number.NaN;
  let last = Number.NaN;
  let day = Number.NaN;
  let points = 0;

  function endDay(): void {
    if (base > 0 && points > 0) returns.push(last / base - 1);
    base = last;
    points = 0;
  }

  return {
    add(times, equity) {
      for (let i = 0; i < times.length; i++) {
        const next = Math.floor(Number(times[i]) / perDay);
        if (Number.isNaN(day)) base = equity[i];
        else {
          if (next !== day) endDay();
          points++;
        }
        day = next;
        last = equity[i];
      }
    },
    finish() {
      endDay();
      return Float64Array.from(returns);
    },
  };
}
