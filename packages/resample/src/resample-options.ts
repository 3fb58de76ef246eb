import type { DatasetSchema, RowKind } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { zoneOffset } from "@atc/plugin-kit";
import type { BarRule } from "./bar-rule.ts";
import { checkBarRule, intradayMs, parseBarRule } from "./bar-rule.ts";

/** How the values of several rows become one; NaN does not count. */
export type Aggregation = "first" | "last" | "max" | "min" | "sum" | "drop";

/** The trading hours, in the time zone. */
export interface Session {
  /** Opening, such as `09:30`; inclusive. */
  readonly start: string;
  /**
   * Closing, such as `16:00`; exclusive. If it is not after `start`, it is on the next day, and the session has the
   * date of that day.
   */
  readonly end: string;
}

/** Options of {@link resampleSeries}. */
export interface ResampleOptions {
  /** When a bar ends: a rule, or a text for `parseBarRule`. */
  readonly to: BarRule | string;
  /**
   * The time zone of days, weeks, months and sessions, such as `America/New_York` or `+01:00`; default: UTC. Calendar
   * dates do not use it.
   */
  readonly timeZone?: string;
  /**
   * Whether the times of the rows are calendar dates, stored as UTC midnight, or instants. Dates have no time of day,
   * so that they have no session and no intraday bars. Default: as the dataset says; `instant` for a series alone.
   */
  readonly timeIs?: "date" | "instant";
  /**
   * Whether the times of the rows are the starts of their bars or the ends. A row at the end of a bar or a session
   * belongs to it if times are ends, and to the next one otherwise. Rules by time over bars only. Default: `start`;
   * `end` if the dataset was made with the label `end`.
   */
  readonly stamps?: "start" | "end";
  /**
   * The trading hours. Rows outside are left out, and intraday bars are counted from the opening. Default: the whole
   * day.
   */
  readonly session?: Session;
  /** The first day of a week; default: `monday`. */
  readonly weekStart?: "monday" | "sunday";
  /**
   * The time of a bar. `start` is the first instant of its interval, or the time of its first row. `end` is the end of
   * its interval, or the time of its last row. `date` is midnight UTC of its first calendar day. Default: `date` for
   * days, weeks and months, `start` for intraday bars, `end` for the others, whose time is known only then.
   */
  readonly label?: "start" | "end" | "date";
  /**
   * Whether to keep a last bar that is not full. A time bar is full if one more row of the usual spacing would not fit;
   * bars of ticks never are. Default: `keep` for time bars, `drop` for the others.
   */
  readonly partial?: "keep" | "drop";
  /**
   * Intervals without rows: `none` gives no bar, `previous` a bar at the previous close with volume 0. Time bars only;
   * default: `none`.
   */
  readonly fill?: "none" | "previous";
  /**
   * How to aggregate columns other than open, high, low, close and volume. Default: the sum if the name contains
   * `volume`, `turnover`, `amount`, `count`, `trades` or `dividend` (but not its yield or rate); else the last value
   * for bars, and none for ticks, whose other columns are flags of one trade.
   */
  readonly aggregate?: Readonly<Record<string, Aggregation>>;
}

/** Valid options with defaults filled in. */
export interface ResolvedResample {
  readonly rule: BarRule;
  /** UTC for calendar dates. */
  readonly timeZone: string;
  readonly timeIs: "date" | "instant";
  readonly stamps: "start" | "end";
  /** In ms since midnight. */
  readonly session: { readonly start: number; readonly end: number } | undefined;
  readonly weekStart: "monday" | "sunday";
  readonly label: "start" | "end" | "date";
  readonly partial: "keep" | "drop";
  readonly fill: "none" | "previous";
  readonly aggregate: Readonly<Record<string, Aggregation>>;
}

/** What is known of the rows, beside the options. */
export interface RowFacts {
  readonly kind: RowKind;
  /** What their times are if no option says so. */
  readonly timeIs: "date" | "instant";
  /** What their times are of each bar if no option says so. */
  readonly stamps: "start" | "end";
}

const names = [
  "to",
  "timeZone",
  "timeIs",
  "stamps",
  "session",
  "weekStart",
  "label",
  "partial",
  "fill",
  "aggregate",
] as const;
const words: Readonly<Record<string, readonly string[]>> = {
  timeIs: ["date", "instant"],
  stamps: ["start", "end"],
  weekStart: ["monday", "sunday"],
  label: ["start", "end", "date"],
  partial: ["keep", "drop"],
  fill: ["none", "previous"],
};
const aggregations: readonly string[] = ["first", "last", "max", "min", "sum", "drop"];

function invalid(option: string, value: unknown, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `resample: option ${option} is "${String(value)}"; give ${allowed}`, {
    details: { option, value: String(value) },
  });
}

/** Milliseconds since midnight of a time of day such as `09:30` or `9:30:00`. */
function timeOfDay(option: string, text: string): number {
  const [, hours, minutes, seconds = "0"] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (!(ms <= 86_400_000 && Number(minutes) < 60 && Number(seconds) < 60))
    throw invalid(option, text, "a time of day such as 09:30");
  return ms;
}

/** A session in ms since midnight. */
export function sessionMs({ start, end }: Session): { readonly start: number; readonly end: number } {
  return { start: timeOfDay("session.start", start), end: timeOfDay("session.end", end) };
}

/** Checks options, also against the rows, and fills in defaults. */
export function resolveResample(options: ResampleOptions, rows: RowFacts): ResolvedResample {
  for (const name of Object.keys(options))
    if (!(names as readonly string[]).includes(name))
      throw invalid(name, options[name as "to"], `one of ${names.join(", ")}`);
  const rule = typeof options.to === "string" ? parseBarRule(options.to) : options.to;
  checkBarRule(rule);
  for (const [name, allowed] of Object.entries(words)) {
    const value = options[name as "fill"];
    if (value !== undefined && !allowed.includes(value)) throw invalid(name, value, `one of ${allowed.join(", ")}`);
  }
  for (const [column, how] of Object.entries(options.aggregate ?? {}))
    if (!aggregations.includes(how)) throw invalid(`aggregate.${column}`, how, `one of ${aggregations.join(", ")}`);
  const { session, timeZone = "UTC", timeIs = rows.timeIs, weekStart = "monday", aggregate = {} } = options;
  const isTime = rule.by === "time";
  const isDays = isTime && intradayMs(rule) === undefined;
  if (!isTime && options.fill === "previous") throw invalid("fill", options.fill, "a rule by time, or omit the option");
  if (!isTime && options.label === "date") throw invalid("label", options.label, "a rule by time, or omit the option");
  // Also if nothing uses it: a misspelt zone is an error.
  zoneOffset("resample", timeZone);
  if (options.stamps === "end") checkEnds(isTime, rows.kind, timeIs);
  if (timeIs === "date" && isTime) checkDates(isDays, session);
  return {
    rule,
    timeZone: timeIs === "date" ? "UTC" : timeZone,
    timeIs,
    stamps: isTime && rows.kind === "bars" && timeIs === "instant" ? (options.stamps ?? rows.stamps) : "start",
    session: session === undefined ? undefined : sessionMs(session),
    weekStart,
    label: options.label ?? (isDays ? "date" : isTime ? "start" : "end"),
    partial: options.partial ?? (isTime ? "keep" : "drop"),
    fill: options.fill ?? "none",
    aggregate,
  };
}

const instantOption = 'give timeIs "instant" (--time-is instant) if the times are instants';

/** Throws if the times of rows cannot be ends of bars. */
function checkEnds(isTime: boolean, kind: RowKind, timeIs: "date" | "instant"): void {
  if (!isTime) throw invalid("stamps", "end", "a rule by time, or omit the option");
  if (kind === "ticks") throw invalid("stamps", "end", '"start", or omit the option: a tick has no end');
  if (timeIs === "date")
    throw invalid("stamps", "end", `"start", or omit the option: a calendar date has no end; ${instantOption}`);
}

/** Throws if an option requires a time of day. */
function checkDates(isDays: boolean, session: Session | undefined): void {
  const refuse = (what: string, option: string): AtcError =>
    new AtcError(
      "ATC_INVALID_ARGUMENT",
      `resample: the times are calendar dates, which have no time of day, so ${what}; ${instantOption}`,
      { details: { option } },
    );
  if (session !== undefined)
    throw refuse(`option session (--session ${session.start}-${session.end}) does not apply: omit it`, "session");
  if (!isDays) throw refuse("bars of less than a day cannot be made: give days, weeks or months", "to");
}

/** Throws if the options name unknown columns, or the rule requires a column that is missing. */
export function checkColumns({ rule, aggregate }: ResolvedResample, { columns }: Pick<DatasetSchema, "columns">): void {
  const known = columns.map(({ name }) => name);
  for (const name of Object.keys(aggregate)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw invalid(
      "aggregate",
      name,
      `columns of the rows${meant === undefined ? "" : ` (did you mean "${meant}"?)`}: ${known.join(", ")}`,
    );
  }
  const needed = ["close", ...(rule.by === "volume" || rule.by === "dollars" ? ["volume"] : [])];
  const missing = needed.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `bars by ${rule.by} require a column "${missing}"; the rows have ${known.join(", ")}`,
      { details: { column: missing } },
    );
}
