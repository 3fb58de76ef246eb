import { AtcError, type BadRow } from "@atc/contract";
import type { CsvOptions } from "./csv-options.ts";

/** Why a row cannot be taken; `number` alone leaves the rest of the row good. */
export type FaultReason = "fields" | "number" | "time" | "quote" | "encoding" | "symbol";

/** What is wrong and how to mend it, by reason; `@` stands for the text. */
const explanations: Readonly<Record<FaultReason, string>> = {
  fields: 'the row "@" has more or fewer fields than the header has names',
  number: '"@" is not a number',
  time: '"@" is not a time (known are 2024-01-31, 2024-01-31T09:30:00.123Z, 2024-01-31 09:30, 20240131 and numbers since 1970)',
  quote: 'a quote is not closed, or text follows it, in "@"',
  encoding: '"@" is not UTF-8 text',
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

/** The policy of an option over the rows of a file. */
export function badRowPolicy(
  path: string,
  policy: NonNullable<CsvOptions["badRows"]>,
  onBadRow: ((row: BadRow) => void) | undefined,
): BadRowPolicy {
  let count = 0;
  return {
    count: () => count,
    keepsNaN: policy === "nan",
    take: (row) => {
      if (policy === "error") throw badRowError(path, row);
      count++;
      onBadRow?.(row);
      return policy === "nan" && row.reason === "number";
    },
  };
}

function badRowError(path: string, row: BadRow & { readonly reason: FaultReason }): AtcError {
  const { line, column, reason, text } = row;
  const where = column === undefined ? `line ${line}` : `line ${line}, column "${column}"`;
  const what = explanations[reason].replace("@", () => text);
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" ${where}: ${what}; correct it, or leave out such rows with badRows "skip" (--bad-rows skip)`,
    { details: { path, line, reason, text, ...(column === undefined ? {} : { column }) } },
  );
}
