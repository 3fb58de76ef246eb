import { AtcError } from "@atc/contract";
import { invalidOption } from "../parameters/invalid-option.ts";

/**
 * What to do with local times that occur twice, as clocks go back, or never, as they go forward. The words are those of
 * Temporal, and `infer` of pandas.
 */
export type Disambiguation = "reject" | "earlier" | "later" | "compatible" | "infer";

/** How a source reads times that name no zone. */
export interface LocalTimeOptions {
  /**
   * The zone of times that name none: a name such as `America/New_York`, or an offset such as `+01:00`. Default: `UTC`.
   */
  readonly timeZone?: string;
  /**
   * What a local time means if a change of clocks repeats or skips it. `reject` makes its row a bad row. `earlier` and
   * `later` choose between the two instants (for a skipped time: by the offset after, or before, the change).
   * `compatible` chooses the earlier instant of a repeated time and the later one of a skipped time. `infer` takes
   * repeated times in the order of the file, per symbol: those after a step back are the second pass. It rejects
   * skipped times, and repeated ones before which the symbol has no order yet. Default: `reject`.
   */
  readonly disambiguation?: Disambiguation;
}

/** The words of the option `disambiguation`. */
export const disambiguations: readonly string[] = ["reject", "earlier", "later", "compatible", "infer"];
const day = 86_400;
/** Seconds of local time whose offset is looked up, and remembered, at once. */
const windowLength = day / 4;

/** The offset in a text such as `+01:00`, `-0530` or `+9`, in seconds; undefined for other texts. */
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

/** Whether the tz database has a zone of this name. */
export function isKnownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** The years in which changes of clocks are looked for. */
const changeYears = { first: 1980, last: 2037 };

/** Whether the clocks of a zone change, so that local times may occur twice or never. */
export function hasClockChanges(source: string, timeZone: string): boolean {
  if (fixedOffset(timeZone) !== undefined) return false;
  const offsetAt = namedOffset(source, timeZone);
  const known = offsetAt(Date.UTC(changeYears.first) / 1000);
  for (let year = changeYears.first; year <= changeYears.last; year++)
    for (let month = 0; month < 12; month++) if (offsetAt(Date.UTC(year, month) / 1000) !== known) return true;
  return false;
}

/**
 * Checks {@link LocalTimeOptions}, which may come from a configuration file.
 *
 * @throws ATC_INVALID_ARGUMENT for an unknown zone or word
 */
export function checkLocalTimeOptions(source: string, { timeZone, disambiguation }: LocalTimeOptions): void {
  if (disambiguation !== undefined && !disambiguations.includes(disambiguation))
    throw invalidOption(source, "disambiguation", disambiguation, `one of ${disambiguations.join(", ")}`);
  if (timeZone === undefined) return;
  if (typeof timeZone !== "string") throw invalidOption(source, "timeZone", timeZone, "the name of a time zone");
  localOffset(source, { timeZone });
}

/**
 * The offset of a zone from UTC: a function from seconds since the epoch to local time minus UTC, in seconds.
 *
 * @param source - the name of the caller, for messages
 * @throws ATC_INVALID_ARGUMENT for an unknown zone
 */
export function zoneOffset(source: string, timeZone: string): (seconds: number) => number {
  const fixed = fixedOffset(timeZone);
  return fixed === undefined ? namedOffset(source, timeZone) : () => fixed;
}

/**
 * The offset of local times from UTC: a function from a local time, in seconds since 1970-01-01T00:00:00 on the same
 * clock, to the seconds to subtract from it. The result is NaN if the time is rejected. The function remembers the last
 * six hours without a change, so most calls cost one comparison.
 *
 * @param source - the source's name, for messages
 * @throws ATC_INVALID_ARGUMENT for an unknown zone
 */
export function localOffset(source: string, options: LocalTimeOptions): (localSeconds: number) => number {
  const { timeZone = "UTC", disambiguation = "reject" } = options;
  const fixed = fixedOffset(timeZone);
  if (fixed !== undefined) return () => fixed;
  const offsetAt = namedOffset(source, timeZone);
  let from = Number.POSITIVE_INFINITY;
  let known = 0;
  return (local) => {
    if (local >= from && local < from + windowLength) return known;
    if (!Number.isFinite(local)) return Number.NaN;
    const start = Math.floor(local / windowLength) * windowLength;
    // No offset exceeds a day, so both instants are outside of the window whatever its offset is.
    const before = offsetAt(start - day);
    const after = offsetAt(start + windowLength + day);
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
  if (disambiguation === "reject" || disambiguation === "infer") return Number.NaN;
  // The greater offset gives the earlier instant.
  const earlier = Math.max(before, after);
  const later = Math.min(before, after);
  if (disambiguation === "compatible") return fitsBefore ? earlier : later;
  return disambiguation === "earlier" ? earlier : later;
}
