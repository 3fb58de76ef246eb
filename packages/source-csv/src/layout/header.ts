import { AtcError } from "@atc/contract";
import { aliasForm, columnAliases, LF, type SourceColumn, type SourceOptions } from "@atc/plugin-kit";
import { excerpt } from "../text/excerpt.ts";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import { type Sample, sampleRows } from "./sample.ts";

/** The start of a file's text; `bytes[end]` is a line feed. */
export interface FileHead {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Whether the text ends at `end`. */
  readonly final: boolean;
  /** Whether lines end with a lone carriage return. The bytes already have line feeds instead. */
  readonly loneReturns: boolean;
}

/** The names of a file's columns, and the start of its rows. */
export interface Header {
  /** The byte between fields. */
  readonly separator: number;
  /** The names, in order of the fields. */
  readonly names: readonly string[];
  /** The offset of the first row. */
  readonly start: number;
  /** Line of the first row, from 1. */
  readonly line: number;
  /** The start of the comments before the header, if any were detected. */
  readonly comments: string | undefined;
}

/** Lines that are searched for the header. */
const searchedLines = 30;
const separators = [",", ";", "\t", "|"];

/** A line that may be the header. */
interface Candidate extends Sample {
  readonly separator: number;
  readonly names: readonly string[];
  /** Which of our columns it names. */
  readonly known: ReadonlySet<SourceColumn>;
  /** Its index among the searched lines. */
  readonly index: number;
}

/** Which of our columns a header names. */
function knownColumns(names: readonly string[], columns: SourceOptions["columns"] = {}): ReadonlySet<SourceColumn> {
  const forms = new Set(names.map(aliasForm));
  const known = new Set<SourceColumn>();
  for (const [column, name] of Object.entries(columns))
    if (forms.has(aliasForm(name))) known.add(column as SourceColumn);
  for (const [column, aliases] of Object.entries(columnAliases))
    if (column !== "clock" && aliases.some((name) => forms.has(name))) known.add(column as SourceColumn);
  return known;
}

function isUsable({ known }: Candidate): boolean {
  return known.has("timestamp") && (known.has("close") || known.has("price"));
}

/** The offset after `lines` lines. */
function afterLines({ bytes, start, end }: FileHead, lines: number): number {
  let at = start;
  for (let line = 0; line < lines && at < end; line++) at = bytes.indexOf(LF, at) + 1;
  return Math.min(at, end);
}

function isComment(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 35 || (bytes[at] === 47 && bytes[at + 1] === 47);
}

function separatorsOf(options: CsvOptions): readonly string[] {
  if (options.separator !== undefined) return [options.separator];
  return options.decimal === "," ? separators.slice(1) : separators;
}

/** The lines from `start`, split by one separator, as candidates for the header. */
function candidates(head: FileHead, start: number, separator: number, options: CsvOptions): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0, at = start; index < searchedLines && at < head.end; index++) {
    const sample = sampleRows(head.bytes, { ...head, start: at }, separator, 1);
    const [first = []] = sample.rows;
    const names = first.map((name, field) => (field === 0 ? name.replace(/^(?:#+|\/\/)\s*/, "") : name));
    found.push({ ...sample, separator, names, known: knownColumns(names, mappedNames(options)), index });
    at = head.bytes.indexOf(LF, at) + 1;
  }
  return found;
}

/**
 * Whether the lines before a candidate do not belong to its table: they are comments, or sentences with fewer fields.
 */
function followsComments(
  head: FileHead,
  start: number,
  all: readonly Candidate[],
  { names, index }: Candidate,
): boolean {
  let at = start;
  return all.slice(0, index).every((line) => {
    const comment = isComment(head.bytes, at);
    at = head.bytes.indexOf(LF, at) + 1;
    return comment || line.names.length < names.length;
  });
}

function better(a: Candidate, b: Candidate): number {
  return b.known.size - a.known.size || a.index - b.index || b.names.length - a.names.length;
}

/**
 * The line after comments that names a time and a price, split by the separator that gives most known names; else the
 * first line.
 */
function headerLine(head: FileHead, start: number, options: CsvOptions): Candidate | undefined {
  const lines = separatorsOf(options).map((separator) => candidates(head, start, separator.charCodeAt(0), options));
  const usable = lines.flatMap((all) =>
    all.filter((line) => isUsable(line) && followsComments(head, start, all, line)),
  );
  const [best] = usable.sort(better);
  if (best !== undefined) return best;
  return lines.flatMap((all) => all.slice(0, 1)).sort(better)[0];
}

/** The separator that splits the first row into `fields` fields; else the one that splits it into most fields. */
function rowSeparator(head: FileHead, start: number, fields: number, options: CsvOptions): number {
  const widths = separatorsOf(options).map((separator) => {
    const [row = []] = sampleRows(head.bytes, { ...head, start }, separator.charCodeAt(0), 1).rows;
    return { separator: separator.charCodeAt(0), width: row.length };
  });
  const fitting = widths.find(({ width }) => width === fields && width > 1);
  return (fitting ?? widths.sort((a, b) => b.width - a.width)[0])?.separator ?? 44;
}

function lineAt({ bytes, start }: FileHead, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(LF, start); at >= 0 && at < offset; at = bytes.indexOf(LF, at + 1)) line++;
  return line;
}

/**
 * Finds the header line, which may follow comments; for a file without one, takes the names from the options.
 *
 * @throws ATC_INVALID_DATA if there is no line
 */
export function findHeader(head: FileHead, path: string, options: CsvOptions): Header {
  const start = afterLines(head, options.skipLines ?? 0);
  const names = givenNames(options);
  if (names !== undefined)
    return {
      separator: rowSeparator(head, start, names.length, options),
      names,
      start,
      line: lineAt(head, start),
      comments: undefined,
    };
  const best = headerLine(head, start, options);
  if (best === undefined || best.rows.length === 0)
    throw new AtcError(
      "ATC_INVALID_DATA",
      head.final
        ? `"${path}" contains no text; give a CSV file with a header line and rows`
        : `"${path}" has no line end in its first ${head.end} bytes, so it is not a table of rows; give a CSV file`,
      { details: { path } },
    );
  const { separator, names: found, next, index } = best;
  const comments = index === 0 ? undefined : excerpt(head.bytes, start, head.bytes.indexOf(LF, start)).trim();
  return { separator, names: found, start: next, line: lineAt(head, next), comments };
}
