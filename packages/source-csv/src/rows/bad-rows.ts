import { AtcError, type BadRow } from "@atc/contract";
import type { TimeLayout } from "@atc/plugin-kit";
import type { CsvOptions } from "../layout/csv-options.ts";

/** Why a row is bad. After `number`, the other fields of the row are still good. */
export type FaultReason = "fields" | "number" | "time" | "quote" | "encoding" | "symbol";

/** What is wrong, by reason; `@` stands for the text, `%` for the file's time format. */
const explanations: Readonly<Record<FaultReason, string>> = {
  fields: 'the row "@" has more or fewer fields than the header has names',
  number: '"@" is not a number',
  time: '"@" is not a time in the format of this file (%)',
  quote: 'a quote is not closed, or text follows it, in "@"',
  encoding: '"@" is not UTF-8 text, or contains a NUL byte',
  symbol: 'the symbol is empty in "@"',
};

/** Handles bad rows by a policy. */
export interface BadRowPolicy {
  /** Bad rows so far. */
  readonly count: () => number;
  /** Whether rows whose numbers are bad stay, with NaN. */
  readonly keepsNaN: boolean;
  /**
   * Counts and reports a bad row; returns whether the row stays, with NaN.
   *
   * @throws ATC_INVALID_DATA under the policy `error`
   */
  take(row: BadRow & { readonly reason: FaultReason }): boolean;
}

/** How to handle the bad rows of a file. */
interface BadRowOptions {
  /** The file's name in messages. */
  readonly path: string;
  /** What to do with bad rows. */
  readonly policy: NonNullable<CsvOptions["badRows"]>;
  /** How the file writes its times. */
  readonly layout: TimeLayout;
  /** Receives every bad row that does not end the reading. */
  readonly onBadRow: ((row: BadRow) => void) | undefined;
}

/** A policy for the rows of a file. */
export function badRowPolicy({ path, policy, layout, onBadRow }: BadRowOptions): BadRowPolicy {
  let count = 0;
  return {
    count: () => count,
    keepsNaN: policy === "nan",
    take: (row) => {
      if (policy === "error") throw badRowError(path, row, layout);
      count++;
      onBadRow?.(row);
      return policy === "nan" && row.reason === "number";
    },
  };
}

/** A file's time format, in words. */
function timesInWords({ time, usual, timeStyle, localTime, zoneName, isDateOnly }: TimeLayout): string {
  if (time === "number")
    return localTime === undefined
      ? `numbers that are times between 1980 and 2100, most in ${usual}`
      : `digits of local times, most ${usual}`;
  if (time !== "iso" && time !== "loose") return `numbers in ${time}`;
  const { dateOrder, isTwelveHour, isZoned } = timeStyle;
  const date = { ymd: "2024-01-31", dmy: "31/01/2024", mdy: "01/31/2024" }[dateOrder];
  if (isDateOnly)
    return `such as ${date}, without a time of day, because the first rows have none and timeZone is given`;
  const example = `${date}, ${date} ${isTwelveHour ? "9:30 PM" : "21:30:00.123"}${isZoned ? "Z or +01:00" : ""}`;
  const name = zoneName === undefined ? "" : ` ${zoneName}`;
  if (localTime !== undefined)
    return `such as ${example}${name}, in ${localTime.timeZone}, which must have it exactly once`;
  return `such as ${example}, ${isZoned ? "with a zone like most others" : "without a zone like most others"}`;
}

/** The option that reads a number which is not a time by its value. */
function numberHint(text: string): string {
  const value = Number(text);
  if (value >= 6.2e17 && value <= 6.63e17)
    return "if the file counts nanoseconds, give --source-option timeUnit=ns; if .NET ticks, timeUnit=ticks; else ";
  return "if all times of the file count in one unit, give it (--source-option timeUnit=s); else ";
}

/** The option that may read a time. */
function timeHint(text: string, { time, timeStyle, localTime }: TimeLayout): string {
  if (time === "number") return /^[+-]?\d+(?:\.\d*)?$/.test(text) ? numberHint(text) : "";
  if (timeStyle.dateOrder === "ymd" && /^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.test(text))
    return 'give dateOrder "dmy" or "mdy" for such dates (--source-option dateOrder=dmy); else ';
  if (localTime === undefined || localTime.disambiguation === "infer") return "";
  return "if clocks change at that time, give disambiguation (--source-option disambiguation=infer); else ";
}

/** The option that may read the text. */
function hint(reason: FaultReason, text: string, layout: TimeLayout): string {
  if (reason === "number" && /^[+-]?[\d.]*,\d+$/.test(text))
    return 'if the comma is a decimal comma, give decimal "," (--source-option decimal=,); else ';
  return reason === "time" ? timeHint(text, layout) : "";
}

function badRowError(
  path: string,
  row: BadRow & { readonly reason: FaultReason },
  layout: BadRowOptions["layout"],
): AtcError {
  const { line, column, reason, text } = row;
  const where = column === undefined ? `line ${line}` : `line ${line}, column "${column}"`;
  const what = explanations[reason].replace("%", () => timesInWords(layout)).replace("@", () => text);
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" ${where}: ${what}; ${hint(reason, text, layout)}correct it, or leave out such rows with badRows "skip" (--bad-rows skip)`,
    { details: { path, line, reason, text, ...(column === undefined ? {} : { column }) } },
  );
}
