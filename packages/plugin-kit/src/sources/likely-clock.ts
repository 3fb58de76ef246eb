import { AtcError } from "@atc/contract";
import { clockFormOf } from "../time/clock-form.ts";
import { areMidnights, type TimeOptions } from "../time/detect-times.ts";
import { isClockText, isMissing, isNumberText, most } from "../time/time-samples.ts";
import { aliasForm } from "./column-aliases.ts";
import { type MatchedColumns, unusedColumns } from "./column-names.ts";

/** A sample of a file, in which {@link likelyClock} looks for a time of day that no alias names. */
export interface ClockSearch {
  /** The source's name, for messages. */
  readonly source: string;
  /** The names of the file's columns. */
  readonly names: readonly string[];
  /** The columns that are known. */
  readonly matched: MatchedColumns;
  /** The texts of a column in the first rows; undefined if its type cannot hold times of day. */
  readonly texts: (position: number) => readonly string[] | undefined;
  /** The source's options about its times. */
  readonly options: TimeOptions;
}

/** A column of times of day. */
export interface LikelyClock {
  /** Its position among the columns, from 0. */
  readonly position: number;
  /** That it was taken, as a sentence without a full stop. */
  readonly note: string;
}

const clockName = /time|hour|clock|heure|uhr|zeit|stunde|hora/;
const otherName = /frame|zone|span|out|spent|stamp/;
/** A name of a time of day, with its zone or a mark after it: `Time (ET)`, `TIME_M`. */
const sureName = /^(?:time|uhrzeit|zeit|heure)(?![a-zäöüé])/;

function isSureName(name: string): boolean {
  const form = aliasForm(name);
  return sureName.test(form) && !otherName.test(form);
}

/** Whether a column may hold times of day by its name. */
function isClockName(name: string): boolean {
  const form = aliasForm(name);
  return clockName.test(form) && !otherName.test(form);
}

/**
 * The columns in which {@link likelyClock} looks: those that are not used and are named like a time of day, or for
 * which `isText` is true. None if the time of day is known.
 */
export function clockCandidates(
  names: readonly string[],
  matched: MatchedColumns,
  isText: (position: number) => boolean,
): readonly number[] {
  if (matched.clock !== undefined) return [];
  return unusedColumns(names, matched).filter((position) => isClockName(names[position] ?? "") || isText(position));
}

/** Whether two rows of a symbol have the same date. */
function areRepeated(dates: readonly string[], symbols: readonly string[] | undefined): boolean {
  const seen = new Set<string>();
  return dates.some((date, row) => {
    if (isMissing(date)) return false;
    const key = `${symbols?.[row] ?? ""}\n${date}`;
    return seen.has(key) || !seen.add(key);
  });
}

function isWrittenClock(text: string): boolean {
  return isClockText(text) && /[:apAP]/.test(text);
}

/**
 * Finds the time of day beside dates, in a column that no alias names. A column that is named `Time (ET)` or the like
 * is taken if its form is sure. If rows of a symbol share a date, so is any other that holds times of day: without one
 * only the last row of each date would stay.
 *
 * @throws ATC_INVALID_DATA if rows of a symbol share a date and several columns may be the time of day, or one that can
 * be read in more than one way; the message names the option that decides
 */
export function likelyClock(search: ClockSearch): LikelyClock | undefined {
  const { source, names, matched, texts, options } = search;
  const dates = texts(matched.timestamp) ?? [];
  const candidates = clockCandidates(names, matched, () => true);
  if (candidates.length === 0 || !areMidnights(source, dates, options)) return undefined;
  const repeat = areRepeated(dates, matched.symbol === undefined ? undefined : texts(matched.symbol));
  const found: number[] = [];
  const failures: unknown[] = [];
  for (const position of candidates) {
    const name = names[position] ?? "";
    const filled = texts(position)?.filter((text) => !isMissing(text)) ?? [];
    if (filled.length === 0 || !(repeat || isSureName(name))) continue;
    if (most(filled, isWrittenClock)) found.push(position);
    else if (isClockName(name) && most(filled, isNumberText)) {
      try {
        clockFormOf(filled, { source, column: name.trim(), clockDigits: options.clockDigits });
        found.push(position);
      } catch (error) {
        if (!(error instanceof AtcError) || error.details["isClock"] !== false) failures.push(error);
      }
    }
  }
  const sure = found.filter((position) => isSureName(names[position] ?? ""));
  const [position, ...more] = sure.length === 1 ? sure : found;
  if (position === undefined) {
    if (repeat && failures.length > 0) throw failures[0];
    return undefined;
  }
  const shown = (names[position] ?? "").trim();
  if (more.length === 0) return { position, note: `times of day are those of the column "${shown}"` };
  if (!repeat) return undefined;
  const choice = [position, ...more].map((one) => {
    const mapping = `clock=${(names[one] ?? "").trim()}`;
    return `--columns ${/^[\w=.]+$/.test(mapping) ? mapping : `'${mapping.replaceAll("'", "'\\''")}'`}`;
  });
  throw new AtcError(
    "ATC_INVALID_DATA",
    `rows of "${source}" share dates, and several columns may be the time of day; give ${choice.join(" or ")}`,
    { details: { path: source, option: "columns" } },
  );
}
