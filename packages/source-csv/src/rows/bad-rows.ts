import { AtcError, type BadRow } from "@atc/contract";
import type { CsvOptions } from "../layout/csv-options.ts";
import type { TimeLayout } from "../layout/time-layout.ts";

/** Why a row cannot be taken; `number` alone leaves the rest of the row good. */
export type FaultReason = "fields" | "number" | "time" | "quote" | "encoding" | "symbol";

/** What is wrong and how to mend it, by reason; `@` stands for the text, `%` for how times are written. */
const explanations: Readonly<Record<FaultReason, string>> = {
  fields: 'the row "@" has more or fewer fields than the header has names',
  number: '"@" is not a number',
  time: '"@" is not a time as this file writes them (%)',
  quote: 'a quote is not closed, or text follows it, in "@"',
  encoding: '"@" is not UTF-8 text, or holds a NUL byte',
  symbol: 'the symbol is empty in "@"',
};

/** Takes bad rows as a policy says. */
export interface BadRowPolicy {
  /** Bad rows so far. */
  readonly count: () => number;
  /** Whether rows with numbers at fault stay. */
  readonly keepsNaN: boolean;
  /** Takes one; true where the row stays, with NaN. Throws ATC_INVALID_DATA under the policy `error`. */
  take(row: BadRow & { readonly reason: FaultReason }): boolean;
}

/** What a policy says of a file. */
interface BadRowOptions {
  /** The file's name. */
  readonly path: string;
  /** What a bad row means. */
  readonly policy: NonNullable<CsvOptions["badRows"]>;
  /** How the file writes its times. */
  readonly layout: TimeLayout;
  /** Is told of every bad row that does not end the reading. */
  readonly onBadRow: ((row: BadRow) => void) | undefined;
}

/** The policy of an option over the rows of a file. */
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

/** How a file writes its times, in words. */
function timesInWords({ time, timeStyle, localTime }: BadRowOptions["layout"]): string {
  if (time !== "iso" && time !== "written") return `numbers since 1970 in ${time}`;
  const { dateOrder, isTwelveHour, isZoned } = timeStyle;
  const date = { ymd: "2024-01-31", dmy: "31/01/2024", mdy: "01/31/2024" }[dateOrder];
  const example = `${date}, ${date} ${isTwelveHour ? "9:30 PM" : "21:30:00.123"}${isZoned ? "Z or +01:00" : ""}`;
  if (localTime !== undefined)
    return `such as ${example}, in ${localTime.timeZone}, where it must be there exactly once`;
  return `such as ${example}, ${isZoned ? "with a zone as most others" : "without a zone as most others"}`;
}

/** Options that a text asks for. */
function hint(reason: FaultReason, text: string, { localTime }: BadRowOptions["layout"]): string {
  if (reason === "number" && /^[+-]?[\d.]*,\d+$/.test(text))
    return 'where commas stand ahead of decimals, give decimal ","; else ';
  if (reason !== "time") return "";
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.test(text)) return 'give dateOrder "dmy" or "mdy" for such dates; else ';
  return localTime === undefined ? "" : "where clocks change, give disambiguation; else ";
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
