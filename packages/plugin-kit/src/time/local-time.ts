import { AtcError } from "@atc/contract";
import { invalidOption } from "../sources/source-options.ts";

/** What to do with local times that stand for two instants, as clocks go back, or for none, as they go forward; the words are those of Temporal. */
export type Disambiguation = "reject" | "earlier" | "later" | "compatible";

/** How a source takes times that name no zone. */
export interface LocalTimeOptions {
  /** The zone of times that name none: a name such as `America/New_York`, `UTC`, or an offset such as `+01:00`. UTC where absent. */
  readonly timeZone?: string;
  /**
   * What a local time means that a change of clocks makes twice or skips: `reject` takes its row as bad; `earlier` and `later` take the earlier or
   * later of the two instants (of a skipped time, read with the offset after or before the change); `compatible` takes the earlier of a time
   * that is there twice and the later of a skipped one. `reject` where absent.
   */
  readonly disambiguation?: Disambiguation;
}

const disambiguations: readonly string[] = ["reject", "earlier", "later", "compatible"];
const day = 86_400;
/** Stretches of local time that share an offset where none changes near them. */
const stretch = day / 4;

/** The offset of a text such as `+01:00`, `-0530` or `+9`, in seconds; undefined for other texts. */
function fixedOffset(zone: string): number | undefined {
  if (/^(?:z|utc|gmt)$/i.test(zone)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{1,2})(?::?([0-5]\d))?$/.exec(zone) ?? [];
  if (sign === undefined || Number(hours) > 23) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes ?? 0) * 60);
}

/** The offset of a zone of the tz database at an instant, both in seconds. */
function namedOffset(source: string, zone: string): (seconds: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch (cause) {
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${source}: option timeZone is "${zone}"; give a name such as "America/New_York" or an offset such as "+01:00"`,
      { cause, details: { option: "timeZone" } },
    );
  }
  return (seconds) => {
    const { value = "GMT" } = format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName") ?? {};
    const [, sign, hours, minutes, rest] = /([+-])(\d\d):?(\d\d)?:?(\d\d)?/.exec(value) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0));
  };
}

/**
 * Checks {@link LocalTimeOptions}, which come from configurations too.
 *
 * @throws ATC_INVALID_ARGUMENT for a zone or a word that is not known
 */
export function checkLocalTimeOptions(source: string, { timeZone, disambiguation }: LocalTimeOptions): void {
  if (disambiguation !== undefined && !disambiguations.includes(disambiguation))
    throw invalidOption(source, "disambiguation", disambiguation, `one of ${disambiguations.join(", ")}`);
  if (timeZone === undefined) return;
  if (typeof timeZone !== "string") throw invalidOption(source, "timeZone", timeZone, "the name of a time zone");
  localOffset(source, { timeZone });
}

/**
 * The offset of a zone from UTC at an instant: a function from seconds since the epoch to the seconds by which local time is ahead.
 *
 * @param source - who asks, for messages
 * @throws ATC_INVALID_ARGUMENT for a zone that is not known
 */
export function zoneOffset(source: string, timeZone: string): (seconds: number) => number {
  const fixed = fixedOffset(timeZone);
  return fixed === undefined ? namedOffset(source, timeZone) : () => fixed;
}

/**
 * The offset of local times from UTC: a function from a local time, in seconds since 1970-01-01T00:00:00 of the same clock, to the seconds that
 * are to be subtracted from it; NaN where the time is rejected. Whole stretches without a change are remembered, so that a call costs a comparison.
 *
 * @param source - the source's name, for messages
 * @throws ATC_INVALID_ARGUMENT for a zone that is not known
 */
export function localOffset(source: string, options: LocalTimeOptions): (localSeconds: number) => number {
  const { timeZone = "UTC", disambiguation = "reject" } = options;
  const fixed = fixedOffset(timeZone);
  if (fixed !== undefined) return () => fixed;
  const offsetAt = namedOffset(source, timeZone);
  let from = Number.POSITIVE_INFINITY;
  let known = 0;
  return (local) => {
    if (local >= from && local < from + stretch) return known;
    if (!Number.isFinite(local)) return Number.NaN;
    const start = Math.floor(local / stretch) * stretch;
    // No offset exceeds a day, so that both instants lie beyond the stretch whatever its offset is.
    const before = offsetAt(start - day);
    const after = offsetAt(start + stretch + day);
    if (before === after) {
      from = start;
      known = before;
      return before;
    }
    return nearChange(local, before, after, offsetAt, disambiguation);
  };
}

/** The offset of a local time within two days of a change from one offset to another. */
function nearChange(
  local: number,
  before: number,
  after: number,
  offsetAt: (seconds: number) => number,
  disambiguation: Disambiguation,
): number {
  const fitsBefore = offsetAt(local - before) === before;
  const fitsAfter = offsetAt(local - after) === after;
  if (fitsBefore !== fitsAfter) return fitsBefore ? before : after;
  if (disambiguation === "reject") return Number.NaN;
  // The greater offset gives the earlier instant.
  const earlier = Math.max(before, after);
  const later = Math.min(before, after);
  if (disambiguation === "compatible") return fitsBefore ? earlier : later;
  return disambiguation === "earlier" ? earlier : later;
}
