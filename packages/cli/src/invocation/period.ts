import { AtcError } from "@atc/contract";
import type { Command } from "commander";

const form =
  /^(?<date>\d{4}(?:-\d\d(?:-\d\d)?)?)(?:[T ](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)\s*(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i;

/** Minutes of `+05:30`; 0 for `Z` and no zone; undefined if there is no such offset. */
function minutesOf(zone: string | undefined): number | undefined {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "") ?? [];
  if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

/** A date or time, UTC unless it has an offset, in ms since the epoch; undefined if there is no such time. */
function parseTime(text: string): number | undefined {
  const { date, time = "00:00", zone } = form.exec(text)?.groups ?? {};
  const offset = minutesOf(zone);
  if (date === undefined || offset === undefined) return undefined;
  const day = `${date}-01-01`.slice(0, 10);
  const ms = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`);
  // A date that the calendar lacks, such as 02-30, would become one of the next month.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day)) return undefined;
  return ms - offset * 60_000;
}

/**
 * The time that an option gives, in ms since the epoch; undefined if it is not given.
 *
 * @throws ATC_INVALID_ARGUMENT for a text that is not a time
 */
export function timeOf(flag: string, value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const time = parseTime(value.trim());
  if (time === undefined)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `${flag} is "${value}"; give a date or time such as 2024-01-31, 2024-01-31T14:30 (UTC) or 2024-01-31T09:30-05:00`,
      { details: { flag, value } },
    );
  return time;
}

/** A time from `from` (inclusive) to `to` (exclusive), in ms since the epoch. */
interface GivenPeriod {
  readonly from?: number;
  readonly to?: number;
}

/** Adds `--from` and `--to`. */
export function withPeriod(command: Command, from: string): Command {
  return command
    .option("--from <time>", `${from} (inclusive): a date or time, UTC unless it has an offset such as +02:00`)
    .option("--to <time>", "end of that time (exclusive, so --to 2024 is up to the end of 2023)");
}

/**
 * The period of `--from` and `--to`; undefined if neither is given.
 *
 * @throws ATC_INVALID_ARGUMENT for a text that is not a time, and if no time is between them
 */
export function periodOf(options: Readonly<Record<string, unknown>>): GivenPeriod | undefined {
  const from = timeOf("--from", options["from"]);
  const to = timeOf("--to", options["to"]);
  if (from !== undefined && to !== undefined && from >= to)
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `--to is "${String(options["to"])}", which is not after --from "${String(options["from"])}"; --to is exclusive, so give a later one`,
      { details: { flag: "--to", value: String(options["to"]) } },
    );
  if (from === undefined && to === undefined) return undefined;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
