import { AtcError } from "@atc/contract";
import { aliasForm, columnAliases, LF, quotedPrices, type SourceColumn, type SourceOptions } from "@atc/plugin-kit";
import { excerpt } from "../text/excerpt.ts";
import { type CsvOptions, givenNames, mappedNames } from "./csv-options.ts";
import { isRowOfValues } from "./field-guess.ts";
import { type Sample, sampleRows } from "./sample.ts";
import { isUnitLine, stackedHeader } from "./stacked-header.ts";
import { wideNames } from "./wide-names.ts";

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
  /** The symbol of each field, if the header holds symbols; undefined for fields that all symbols share. */
  readonly symbols?: readonly (string | undefined)[];
  /** Whether the line of names seems to be a row, so that there is no header. */
  readonly isRow?: boolean;
  /** What was assumed about the header. */
  readonly notes: readonly string[];
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
  /** The symbols that its names hold. */
  readonly symbols?: readonly (string | undefined)[] | undefined;
  /** Its index among the searched lines. */
  readonly index: number;
}

/** The columns that an alias stands for. */
const columnsByAlias: ReadonlyMap<string, SourceColumn> = new Map(
  Object.entries(columnAliases).flatMap(([column, aliases]) =>
    column === "clock" ? [] : aliases.map((name) => [name, column as SourceColumn] as const),
  ),
);

/** Which of our columns a header names. */
function knownColumns(names: readonly string[], columns: SourceOptions["columns"] = {}): ReadonlySet<SourceColumn> {
  const forms = new Set(names.map(aliasForm));
  const known = new Set<SourceColumn>();
  for (const [column, name] of Object.entries(columns))
    if (forms.has(aliasForm(name))) known.add(column as SourceColumn);
  for (const form of forms) {
    const column = columnsByAlias.get(form);
    if (column !== undefined) known.add(column);
  }
  return known;
}

/**
 * Whether a line names a time and, unless other values are read, a price. The first name may be missing: pandas names
 * no index.
 */
function isUsable({ known, names }: Candidate, { values }: CsvOptions): boolean {
  if (!known.has("timestamp") && !isUnnamed(names[0] ?? "")) return false;
  if (values !== undefined) return true;
  return known.has("close") || known.has("price") || quotedPrices(names.map(aliasForm)) !== undefined;
}

/** Whether a name is one that pandas gives to a column without a name. */
export function isUnnamed(name: string): boolean {
  return /^(?:unnamed: \d+)?$/i.test(name.trim());
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
  // With decimal commas, commas separate fields only if nothing else does: then numbers are in quotes.
  return options.decimal === "," ? separators.toSorted((a, b) => Number(a === ",") - Number(b === ",")) : separators;
}

/** The lines from `start`, split by one separator, as candidates for the header. */
function candidates(head: FileHead, start: number, separator: number, options: CsvOptions): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0, at = start; index < searchedLines && at < head.end; index++) {
    const sample = sampleRows(head.bytes, { ...head, start: at }, separator, 1);
    const [first = []] = sample.rows;
    const given = first.map((name, field) => (field === 0 ? name.replace(/^(?:#+|\/\/)\s*/, "") : name));
    const { names, symbols } = wideNames(given, options.wide) ?? { names: given, symbols: undefined };
    found.push({ ...sample, separator, names, symbols, known: knownColumns(names, mappedNames(options)), index });
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
    // Rows are not comments: a header in the middle of them would hide those before it.
    return comment || (line.names.length < names.length && !isRowOfValues(line.names));
  });
}

function better(a: Candidate, b: Candidate): number {
  return b.known.size - a.known.size || a.index - b.index || b.names.length - a.names.length;
}

/**
 * The line after comments that names a time and a price, split by the separator that gives most known names; else the
 * first line.
 */
function headerLine(
  head: FileHead,
  start: number,
  lines: readonly (readonly Candidate[])[],
  options: CsvOptions,
): Candidate | undefined {
  const usable = lines.flatMap((all) =>
    all.filter((line) => isUsable(line, options) && followsComments(head, start, all, line)),
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

/** A header of two or three lines, under the first separator with which the lines from `start` are one. */
function stackedAt(head: FileHead, start: number, all: readonly (readonly Candidate[])[]): Header | undefined {
  for (const lines of all) {
    for (const [index, line] of lines.entries()) {
      const found = stackedHeader(lines.slice(index, index + 3).map(({ names }) => names));
      const last = lines[index + (found?.lines ?? 0) - 1];
      if (found === undefined || last === undefined || !followsComments(head, start, lines, line)) continue;
      const comments = index === 0 ? undefined : excerpt(head.bytes, start, head.bytes.indexOf(LF, start)).trim();
      return {
        separator: line.separator,
        names: found.names,
        symbols: found.symbols,
        start: last.next,
        line: lineAt(head, last.next),
        comments,
        notes: [`the header has ${found.lines} lines: names, symbols${found.lines === 3 ? " and the index" : ""}`],
      };
    }
  }
  return undefined;
}

/** Bytes as text, if they are not UTF-8: in the code page of most files that are not. */
const windows = new TextDecoder("windows-1252");
const strict = new TextDecoder("utf-8", { fatal: true });

/** The text with the lines up to the end of the header in UTF-8, if they are not in UTF-8. */
function windowsHead(head: FileHead, end: number): FileHead | undefined {
  const lines = head.bytes.subarray(head.start, end);
  try {
    strict.decode(lines);
    return undefined;
  } catch {
    const text = new TextEncoder().encode(windows.decode(lines));
    const bytes = new Uint8Array(text.length + head.bytes.length - end);
    bytes.set(text);
    bytes.set(head.bytes.subarray(end), text.length);
    return { ...head, bytes, start: 0, end: text.length + head.end - end };
  }
}

/**
 * Finds the header, which may follow comments and have up to three lines; for a file without one, takes the names from
 * the options.
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
      notes: [],
    };
  const found = namedHeader(head, start, path, options);
  const decoded = found.isRow === true ? undefined : windowsHead(head, found.start);
  if (decoded === undefined) return found;
  const header = namedHeader(decoded, afterLines(decoded, options.skipLines ?? 0), path, options);
  const moved = head.end - decoded.end;
  return {
    ...header,
    start: header.start + moved,
    notes: [...header.notes, "the names of the header are not UTF-8 and were read as Windows-1252"],
  };
}

function namedHeader(head: FileHead, start: number, path: string, options: CsvOptions): Header {
  const lines = separatorsOf(options).map((separator) => candidates(head, start, separator.charCodeAt(0), options));
  const stacked = options.wide === undefined ? stackedAt(head, start, lines) : undefined;
  if (stacked !== undefined) return stacked;
  const best = headerLine(head, start, lines, options);
  if (best === undefined || best.rows.length === 0)
    throw new AtcError(
      "ATC_INVALID_DATA",
      head.final
        ? `"${path}" contains no text; give a CSV file with a header line and rows`
        : `"${path}" has no line end in its first ${head.end} bytes, so it is not a table of rows; give a CSV file`,
      { details: { path } },
    );
  const { separator, names, symbols, next, index } = best;
  const comments = index === 0 ? undefined : excerpt(head.bytes, start, head.bytes.indexOf(LF, start)).trim();
  const below = sampleRows(head.bytes, { ...head, start: next }, separator, 1);
  const isUnits = isUnitLine(names, below.rows[0]);
  const first = isUnits ? below.next : next;
  return {
    separator,
    names,
    ...(symbols === undefined ? {} : { symbols }),
    start: first,
    line: lineAt(head, first),
    comments,
    isRow: !isUsable(best, options) && isRowOfValues(names),
    notes: isUnits ? [`a line of units below the header was left out: ${below.rows[0]?.join(" ").trim()}`] : [],
  };
}

/** The header of a file whose first line is a row: the given names, and the rows from the first line on. */
export function headerOfRows(
  head: FileHead,
  { separator }: Header,
  names: readonly string[],
  options: CsvOptions,
): Header {
  const start = afterLines(head, options.skipLines ?? 0);
  return { separator, names, start, line: lineAt(head, start), comments: undefined, notes: [] };
}
