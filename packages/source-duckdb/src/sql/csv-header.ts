import { AtcError } from "@atc/contract";
import { aliasForm } from "@atc/plugin-kit";
import { type Database, quoted } from "../engine/database.ts";

/** The result of `sniff_csv`. */
export interface Dialect {
  readonly Delimiter: string;
  readonly Quote: string;
  readonly Escape: string;
  readonly Comment: string;
  readonly SkipRows: number;
  readonly HasHeader: boolean;
  readonly Columns: readonly { readonly name: string; readonly type: string }[];
  readonly DateFormat: string | null;
  readonly TimestampFormat: string | null;
}

/** A path as SQL, in which the special characters of patterns are literal. */
export function literalPath(path: string): string {
  return quoted(path.replaceAll(/[*?[]/g, "[$&]"));
}

/** How DuckDB reads a CSV file. */
export async function sniffCsv(database: Database, path: string): Promise<Dialect> {
  const [found] = await database.rows(`FROM sniff_csv(${literalPath(path)}, ignore_errors = true)`);
  return found as unknown as Dialect;
}

/** A dialect as options of `read_csv`, without the header. */
export function dialectOptions(found: Dialect): Readonly<Record<string, string>> {
  const sign = (text: string, none: string): string => quoted(text === "(empty)" || text === "" ? none : text);
  return {
    all_varchar: "true",
    delim: sign(found.Delimiter, ","),
    quote: sign(found.Quote, '"'),
    escape: sign(found.Escape, '"'),
    comment: sign(found.Comment, ""),
    skip: String(found.SkipRows),
  };
}

/**
 * The names in the header of a CSV file as they are written: DuckDB renames those that occur twice.
 *
 * @throws ATC_INVALID_DATA if DuckDB would leave out lines, or finds another number of columns than of names
 */
export async function csvHeader(database: Database, path: string, found: Dialect): Promise<readonly string[]> {
  const refuse = (reason: string): AtcError =>
    new AtcError("ATC_INVALID_DATA", `"${path}" ${reason}; read it with the source csv (--source csv)`, {
      details: { path },
    });
  if (!["", "(empty)"].includes(found.Comment)) throw refuse("has comments, which DuckDB leaves out");
  if (found.SkipRows > 0)
    throw refuse(`starts with ${found.SkipRows} ${found.SkipRows === 1 ? "line" : "lines"} that DuckDB leaves out`);
  if (!found.HasHeader) throw refuse("has no header that DuckDB finds");
  const options = Object.entries({
    ...dialectOptions(found),
    header: "false",
    null_padding: "true",
    auto_detect: "false",
  });
  const columns = found.Columns.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ");
  const list = [literalPath(path), ...options.map(([name, value]) => `${name} = ${value}`), `columns = {${columns}}`];
  const [row = {}] = await database.rows(`FROM read_csv(${list.join(", ")}) LIMIT 1`);
  const names = Object.values(row);
  if (names.length === 0 || names.at(-1) === null)
    throw refuse(`has ${names.filter((name) => name !== null).length} names for ${found.Columns.length} fields`);
  return names.map((name) => String(name ?? ""));
}

/**
 * Throws ATC_INVALID_DATA if a header has a name twice: in a query, one of the columns would have another name.
 */
export function checkHeaderOnce(path: string, names: readonly string[]): void {
  const forms = names.map(aliasForm);
  const twice = forms.find((form, position) => form !== "" && forms.indexOf(form) < position);
  if (twice !== undefined)
    throw new AtcError("ATC_INVALID_DATA", `"${path}" has two columns "${twice}"; rename one of them`, {
      details: { source: path, column: twice },
    });
}
