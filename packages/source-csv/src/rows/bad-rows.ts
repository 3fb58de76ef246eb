import { AtcError, type BadRow } from "@atc/contract";
import { type TimeLayout, timeAdvice, timeFault } from "@atc/plugin-kit";
import type { CsvLayout } from "../layout/csv-layout.ts";
import type { CsvOptions } from "../layout/csv-options.ts";

/** Why a row is bad. After `number`, the other fields of the row are still good. */
export type FaultReason = "fields" | "number" | "time" | "quote" | "encoding" | "symbol";

/** What is wrong, by reason; `@` stands for the text, `%` for what is wrong with a time. */
const explanations: Readonly<Record<FaultReason, string>> = {
  fields: 'the row "@" has more or fewer fields than the header has names',
  number: '"@" is not a number',
  time: '"@" is %',
  quote: 'a quote is not closed, or text follows it, in "@"',
  encoding: '"@" is not UTF-8 text, or contains a NUL byte',
  symbol: 'the symbol is empty in "@"',
};

const clockExplanation = '"@" is not a time of day as most others are';

/** Handles bad rows by a policy. */
export interface BadRowPolicy {
  /** Bad rows so far. */
  readonly count: () => number;
  /** Whether rows whose numbers are bad stay, with NaN. */
  readonly keepsNaN: boolean;
  /**
   * Counts and reports a bad row; returns whether the row stays, with NaN.
   *
   * @param isClock - whether the fault is in a column of times of day
   * @throws ATC_INVALID_DATA under the policy `error`
   */
  take(row: BadRow & { readonly reason: FaultReason }, isClock?: boolean): boolean;
}

/** How to handle the bad rows of a file. */
interface BadRowOptions {
  /** The file's name in messages. */
  readonly path: string;
  /** What to do with bad rows. */
  readonly policy: NonNullable<CsvOptions["badRows"]>;
  /** How the file writes its times. */
  readonly layout: Pick<CsvLayout, "fields"> & TimeLayout;
  /** Receives every bad row that does not end the reading. */
  readonly onBadRow: ((row: BadRow) => void) | undefined;
}

/** A policy for the rows of a file. */
export function badRowPolicy({ path, policy, layout, onBadRow }: BadRowOptions): BadRowPolicy {
  let count = 0;
  const extras = layout.fields.flatMap(({ title, isExtra }) => (isExtra === true ? [title] : []));
  return {
    count: () => count,
    keepsNaN: policy === "nan",
    take: (row, isClock = false) => {
      if (policy === "error") throw badRowError(path, row, layout, extras.includes(row.column ?? ""), isClock);
      count++;
      onBadRow?.(row);
      return policy === "nan" && row.reason === "number";
    },
  };
}

/** The option that may read the text. */
function hint(reason: FaultReason, text: string, layout: TimeLayout): string {
  if (reason === "number" && /^[+-]?[\d.]*,\d+$/.test(text))
    return 'if the comma is a decimal comma, give decimal "," (--source-option decimal=,); else ';
  return reason === "time" ? timeAdvice(text, layout) : "";
}

function badRowError(
  path: string,
  row: BadRow & { readonly reason: FaultReason },
  layout: BadRowOptions["layout"],
  isExtra: boolean,
  isClock: boolean,
): AtcError {
  const { line, column, reason, text } = row;
  const where = column === undefined ? `line ${line}` : `line ${line}, column "${column}"`;
  const explained = isClock ? clockExplanation : explanations[reason];
  const what = explained.replace("%", () => timeFault(text, layout, "file")).replace("@", () => text);
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" ${where}: ${what}; ${isClock ? "" : hint(reason, text, layout)}correct it, ${isExtra ? "or leave out all columns but prices and volume (--source-option extra=drop), " : ""}or leave out such rows with badRows "skip" (--bad-rows skip)`,
    { details: { path, line, reason, text, ...(column === undefined ? {} : { column }) } },
  );
}
