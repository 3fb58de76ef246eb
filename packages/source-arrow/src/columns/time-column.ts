import { AtcError } from "@atc/contract";
import { detectTimes, type MatchedColumns, type TimeLayout } from "@atc/plugin-kit";
import type { ArrowOptions } from "../files/arrow-options.ts";
import type { ArrowField } from "../format/schema.ts";

/** How the times of a file are read. */
export interface TimeColumn {
  /** The index of the column of times, or of dates, in the file's schema. */
  readonly position: number;
  /** The index of the column of times of day, if dates have one. */
  readonly clock: number | undefined;
  readonly layout: TimeLayout;
}

/** The first times of a file as texts. */
export interface TimeTexts {
  readonly dates: readonly string[];
  /** The times of day, if there is a column for them. */
  readonly clocks: readonly string[] | undefined;
}

/** The position of the column of times of day; undefined if the other column holds whole times. */
export function clockPosition(
  fields: readonly ArrowField[],
  { timestamp, clock }: Pick<MatchedColumns, "timestamp" | "clock">,
): number | undefined {
  const { type } = fields[timestamp] as ArrowField;
  if (clock === undefined || (type.is === "time" && !type.isDate)) return undefined;
  const clockType = (fields[clock] as ArrowField).type;
  return ["number", "time of day", "text", "text view"].includes(clockType.is) ? clock : undefined;
}

const midnight = /T00:00:00(?:\.0+)?$/;

/** Times without a zone that are all midnights are dates: pandas has no type of dates. */
function asDates(texts: readonly string[]): readonly string[] {
  const filled = texts.filter((text) => text !== "");
  return filled.length > 0 && filled.every((text) => midnight.test(text))
    ? texts.map((text) => text.replace(midnight, ""))
    : texts;
}

/**
 * Detects how the times of a file are read.
 *
 * @throws ATC_INVALID_DATA if times can be read in more than one way; ATC_INVALID_ARGUMENT for the option `timeZone` if
 * the times are in UTC or name a zone
 */
export function timeColumn(
  fields: readonly ArrowField[],
  { timestamp, clock }: Pick<MatchedColumns, "timestamp" | "clock">,
  texts: TimeTexts,
  path: string,
  options: ArrowOptions,
): TimeColumn {
  const field = fields[timestamp] as ArrowField;
  const { is } = field.type;
  if (!["time", "number", "text", "text view"].includes(is) || (field.dictionary !== undefined && is === "number"))
    throw new AtcError(
      "ATC_INVALID_DATA",
      `the column "${field.name}" of "${path}" has the type ${field.type.is === "other" ? field.type.name : is}, not timestamps, dates, numbers or texts; cast it before you write the file, or name another with the option columns`,
      { details: { path, column: field.name } },
    );
  const isTyped = is === "time";
  const dates = isTyped && options.timeZone === undefined ? asDates(texts.dates) : texts.dates;
  // The order of dates and the unit of numbers do not matter to types of times.
  const own = isTyped
    ? { timeZone: options.timeZone, timeIs: options.timeIs, disambiguation: options.disambiguation }
    : options;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { clocks } = texts;
  const layout =
    clocks === undefined || clock === undefined
      ? detectTimes({ source: path, dates, options: given })
      : detectTimes({
          source: path,
          dates,
          clocks,
          clockColumn: fields[clock]?.name,
          options: { ...given, ...(options.clockDigits === undefined ? {} : { clockDigits: options.clockDigits }) },
        });
  return { position: timestamp, clock: layout.hasClock ? clock : undefined, layout };
}
