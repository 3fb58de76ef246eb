import { AtcError } from "@atc/contract";
import type { CsvOptions } from "./csv-options.ts";
import { likelyNames } from "./field-guess.ts";
import { type FileHead, type Header, headerOfRows } from "./header.ts";
import { recognisedRows } from "./row-forms.ts";
import { sampledRows, sampleRows, usualWidth } from "./sample.ts";

/** The names that another file lends to one without a header. */
export interface LentNames {
  readonly names: readonly string[];
  /** The other file, for a note. */
  readonly path: string;
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
  if (lent !== undefined && lent.names.length === width)
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
