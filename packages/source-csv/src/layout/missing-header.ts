import { AtcError } from "@atc/contract";
import { aliasForm, columnAliases } from "@atc/plugin-kit";
import type { CsvOptions } from "./csv-options.ts";
import { likelyNames } from "./field-guess.ts";
import { type FileHead, type Header, headerOfRows } from "./header.ts";
import { isBar, recognisedRows } from "./row-forms.ts";
import { sampledRows, sampleRows, usualWidth } from "./sample.ts";

/** The names that another file lends to one without a header. */
export interface LentNames {
  readonly names: readonly string[];
  /** The other file, for a note. */
  readonly path: string;
}

/** Whether the rows of a file can have the names of another: times are times, and prices make bars. */
function fits(names: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const at = (column: "open" | "high" | "low" | "close"): number =>
    names.findIndex((name) => columnAliases[column].includes(aliasForm(name)));
  const positions = [at("open"), at("high"), at("low"), at("close")] as const;
  const time = names.findIndex((name) => columnAliases.timestamp.includes(aliasForm(name)));
  const number = (row: readonly string[], position: number): number =>
    Number((row[position] ?? "").replaceAll(/[^\d.,+-]/g, "").replace(",", ".") || Number.NaN);
  const [open, high, low, close] = positions;
  const areBars = (row: readonly string[]): boolean => {
    const prices = positions.map((position) => number(row, position));
    // Prices in an unusual style are judged when they are read.
    if (prices.some(Number.isNaN)) return true;
    return isBar(number(row, open), number(row, high), number(row, low), number(row, close));
  };
  const usual = rows.filter((row) => row.length === names.length);
  const misfits = positions.includes(-1) ? 0 : usual.filter((row) => !areBars(row)).length;
  const times = time < 0 ? usual.length : usual.filter((row) => /\d/.test(row[time] ?? "")).length;
  return misfits * 10 <= usual.length && times * 2 >= usual.length;
}

/**
 * The header of a file whose first line is a row: recognised, or lent by another file.
 *
 * @throws ATC_INVALID_DATA with a list of columns that reads the file, if its fields are likely
 */
export function withoutHeader(
  head: FileHead,
  found: Header,
  path: string,
  options: CsvOptions,
  lent: LentNames | undefined,
): Header {
  const first = headerOfRows(head, found, [], options);
  const { rows } = sampleRows(head.bytes, { ...head, start: first.start }, found.separator, sampledRows);
  const width = usualWidth(rows);
  const named = (names: readonly string[], note: string): Header => ({
    ...headerOfRows(head, found, names, options),
    notes: [note],
  });
  const recognised = recognisedRows(rows);
  if (recognised !== undefined) return named(recognised.names, `no header line: read as ${recognised.title}`);
  if (lent !== undefined && lent.names.length === width && fits(lent.names, rows))
    return named(lent.names, `no header line: the names are those of "${lent.path}"`);
  const likely = likelyNames(rows);
  throw new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" has no header line: its first line is a row of ${width} fields; name them in order, ${
      likely === undefined
        ? "with a list of columns (--columns timestamp,open,high,low,close,volume)"
        : `such as --columns ${likely.join(",")}`
    }`,
    { details: { path, fields: width, headerless: true } },
  );
}
