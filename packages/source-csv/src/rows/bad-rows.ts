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
function timesInWords({ time, timeStyle, localTime }: BadRowOptions["layout"]): string {
  if (time !== "iso" && time !== "loose") return `numbers since 1970 in ${time}`;
  const { dateOrder, isTwelveHour, isZoned } = timeStyle;
  const date = { ymd: "2024-01-31", dmy: "31/01/2024", mdy: "01/31/2024" }[dateOrder];
  const example = `${date}, ${date} ${isTwelveHour ? "9:30 PM" : "21:30:00.123"}${isZoned ? "Z or +01:00" : ""}`;
  if (localTime !== undefined) return `such as ${example}, in ${localTime.timeZone}, which must have it exactly once`;
  return `such as ${example}, ${isZoned ? "with a zone like most others" : "without a zone like most others"}`;
}

/** The option that may read the text. */
function hint(reason: FaultReason, text: string, { localTime }: BadRowOptions["layout"]): string {
  if (reason === "number" && /^[+-]?[\d.]*,\d+$/.test(text))
    return 'if the comma is a decimal comma, give decimal ","; else ';
  if (reason !== "time") return "";
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.test(text)) return 'give dateOrder "dmy" or "mdy" for such dates; else ';
  return localTime === undefined ? "" : "if clocks change at that time, give disambiguation; else ";
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
