import type { BadRows, JumpPlace, SeriesQuality } from "./ingest-report.ts";

const words: Readonly<Record<string, string>> = {
  number: "not a number",
  time: "without a readable time",
  fields: "with another number of fields",
  quote: "with a stray quote",
  encoding: "not in UTF-8",
  symbol: "without a symbol",
};

/** The causes of bad rows in words, each with its count: `1 not a number`. */
export function reasonTexts(reasons: BadRows["reasons"]): readonly string[] {
  return Object.entries(reasons).map(
    ([reason, rows]) => `${rows.toLocaleString("en")} ${Object.hasOwn(words, reason) ? words[reason] : reason}`,
  );
}

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** A time of a symbol that is hardly one of its market. */
export interface StrayTime {
  /** The symbol as the source spells it. */
  readonly symbol: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
}

/** The first or last time of each symbol that reaches before 1900 or beyond 2099. The years do not depend on today. */
export function strayTimes(series: readonly SeriesQuality[]): readonly StrayTime[] {
  return series.flatMap(({ symbol, firstTime, lastTime }) => {
    const time = [lastTime, firstTime].find((one) => {
      const ms = Date.parse(one);
      // A time beyond those of a date is a number, not ISO 8601.
      return !(ms >= earliest && ms < latest);
    });
    return time === undefined ? [] : [{ symbol, time }];
  });
}

/** Whether a jump is the way back of another one that comes back. */
function isWayBack({ from, to, time }: JumpPlace, places: readonly JumpPlace[]): boolean {
  return places.some((there) => {
    if (!there.reverts || there.time >= time) return false;
    const most = 0.25 * Math.abs(Math.log(there.ratio));
    return Math.abs(Math.log(to / there.from)) <= most && Math.abs(Math.log(from / there.to)) <= most;
  });
}

/**
 * Jumps that a reader should look at: those like splits, those that come back, and moves of more than 40 %. The way
 * back of one of them is not another one.
 */
export function notableJumps(series: readonly SeriesQuality[]): readonly (JumpPlace & { readonly symbol: string })[] {
  return series.flatMap(({ symbol, jumps: { places } }) =>
    places
      .filter(
        (place) =>
          (place.looksLikeSplit !== undefined || place.reverts || Math.abs(place.ratio - 1) > 0.4) &&
          !isWayBack(place, places),
      )
      .map((place) => ({ symbol, ...place })),
  );
}
