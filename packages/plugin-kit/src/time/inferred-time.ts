import { type LocalTimeOptions, localOffset, zoneOffset } from "./local-time.ts";

/** The offsets of local times that occur twice, by the order of rows. */
export interface InferredOffset {
  /**
   * The seconds to subtract from a local time; NaN if there is no such time or the rows do not show which one it is.
   *
   * @param local - seconds since 1970-01-01T00:00:00 on the local clock
   * @param series - a number for the row's symbol
   */
  at(local: number, series: number): number;
  /** Number of rows whose time occurs twice, but in one pass only in the file, so that they were taken as the first. */
  assumed(): number;
}

/**
 * Like {@link localOffset}, for `disambiguation: "infer"`: repeated local times are taken in the order of the rows of
 * each symbol. Of ascending rows, the first pass is the earlier instant, and a step back starts the second; of
 * descending rows, the reverse. Equal times are a step for bars, which have a time once, but not for ticks.
 *
 * Refused are skipped times, and repeated ones whose pass the rows do not show: at the start of a symbol, after a step
 * against its order, or in a third pass.
 *
 * @param source - the source's name, for messages
 * @param isTicks - whether rows may share a time
 */
export function inferredOffset(
  source: string,
  { timeZone = "UTC" }: LocalTimeOptions,
  isTicks: boolean,
): InferredOffset {
  const strict = localOffset(source, { timeZone, disambiguation: "reject" });
  const earlier = localOffset(source, { timeZone, disambiguation: "earlier" });
  const later = localOffset(source, { timeZone, disambiguation: "later" });
  const offsetAt = zoneOffset(source, timeZone);
  // By series: the last local time; the direction of rows, 1 or -1; the pass of repeated times, 0 outside of them; and
  // the rows of a first pass that no second one has followed yet.
  const last: number[] = [];
  const direction: number[] = [];
  const pass: number[] = [];
  const waiting: number[] = [];
  let assumed = 0;

  function leave(local: number, series: number, step: number): void {
    if ((pass[series] ?? 0) === 0 && step !== 0) direction[series] = step;
    assumed += waiting[series] ?? 0;
    waiting[series] = 0;
    pass[series] = 0;
    last[series] = local;
  }

  function repeated(local: number, series: number, step: number): number {
    const first = earlier(local);
    const second = later(local);
    if (offsetAt(local - first) !== first || offsetAt(local - second) !== second) return Number.NaN;
    const current = pass[series] ?? 0;
    const way = direction[series] ?? (current === 0 ? step : 0);
    if (way === 0 || (current === 0 && step !== way)) return Number.NaN;
    const turns = current > 0 && (step === -way || (step === 0 && !isTicks));
    const next = turns ? current + 1 : Math.max(current, 1);
    if (next > 2) return Number.NaN;
    direction[series] = way;
    pass[series] = next;
    last[series] = local;
    waiting[series] = next === 1 ? (waiting[series] ?? 0) + 1 : 0;
    return (next === 1) === way > 0 ? first : second;
  }

  return {
    at: (local, series) => {
      if (!Number.isFinite(local)) return Number.NaN;
      const offset = strict(local);
      const step = Math.sign(local - (last[series] ?? local));
      if (Number.isNaN(offset)) return repeated(local, series, step);
      leave(local, series, step);
      return offset;
    },
    assumed: () => waiting.reduce((sum, rows) => sum + rows, assumed),
  };
}
