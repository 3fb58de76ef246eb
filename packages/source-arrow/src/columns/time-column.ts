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

/** Whether a column may hold times of day by its type. */
export function mayBeClock({ type }: ArrowField): boolean {
  return ["number", "time of day", "text", "text view"].includes(type.is);
}

/** Whether a column may hold times of day whatever its name is. */
export function isClockType({ type }: ArrowField): boolean {
  return type.is === "time of day" || type.is === "text" || type.is === "text view";
}

/** The position of the column of times of day; undefined if the other column holds whole times. */
export function clockPosition(
  fields: readonly ArrowField[],
  { timestamp, clock }: Pick<MatchedColumns, "timestamp" | "clock">,
  dates: readonly string[],
  { columns }: ArrowOptions,
): number | undefined {
  if (clock === undefined || !mayBeClock(fields[clock] as ArrowField)) return undefined;
  const { type } = fields[timestamp] as ArrowField;
  if (type.is !== "time" || type.isDate || columns?.clock !== undefined) return clock;
  const filled = dates.filter((text) => text !== "");
  const isPlain = type.zone === "" || /^(?:Etc\/)?UTC$|^\+00:00$/.test(type.zone);
  return isPlain && filled.length > 0 && filled.every((text) => midnight.test(text)) ? clock : undefined;
}

const midnight = /T00:00:00(?:\.0+)?Z?$/;

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
  const { type } = field;
  if (
    type.is === "number" &&
    type.array === "Float32Array" &&
    !["days", "excel", "yyyymm"].includes(options.timeUnit ?? "")
  )
    throw new AtcError(
      "ATC_INVALID_DATA",
      `the times in the column "${field.name}" of "${path}" are 32-bit floats, which are exact to 7 digits only: seconds since 1970 become multiples of 128; write the file with timestamps, 64-bit numbers or texts`,
      { details: { path, column: field.name } },
    );
  const isTyped = is === "time";
  const isZoned = field.type.is === "time" && field.type.zone !== "";
  const isDates = isTyped && (clock !== undefined || (options.timeZone === undefined && !isZoned));
  const dates = isDates ? asDates(texts.dates) : texts.dates;
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
