import type { DatasetSchema } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
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
  /** The time zone of days, weeks, months and sessions, such as `America/New_York` or `+01:00`; default: UTC. */
  readonly timeZone?: string;
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
   * `volume`, `turnover`, `amount`, `count` or `trades`; else the last value for bars, and none for ticks, whose other
   * columns are flags of one trade.
   */
  readonly aggregate?: Readonly<Record<string, Aggregation>>;
}

/** Valid options with defaults filled in. */
export interface ResolvedResample {
  readonly rule: BarRule;
  readonly timeZone: string;
  /** In ms since midnight. */
  readonly session: { readonly start: number; readonly end: number } | undefined;
  readonly weekStart: "monday" | "sunday";
  readonly label: "start" | "end" | "date";
  readonly partial: "keep" | "drop";
  readonly fill: "none" | "previous";
  readonly aggregate: Readonly<Record<string, Aggregation>>;
}

const names = ["to", "timeZone", "session", "weekStart", "label", "partial", "fill", "aggregate"];
const words: Readonly<Record<string, readonly string[]>> = {
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

/** Checks options and fills in defaults. */
export function resolveResample(options: ResampleOptions): ResolvedResample {
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw invalid(name, options[name as "to"], `one of ${names.join(", ")}`);
  const rule = typeof options.to === "string" ? parseBarRule(options.to) : options.to;
  checkBarRule(rule);
  for (const [name, allowed] of Object.entries(words)) {
    const value = options[name as "fill"];
    if (value !== undefined && !allowed.includes(value)) throw invalid(name, value, `one of ${allowed.join(", ")}`);
  }
  for (const [column, how] of Object.entries(options.aggregate ?? {}))
    if (!aggregations.includes(how)) throw invalid(`aggregate.${column}`, how, `one of ${aggregations.join(", ")}`);
  const { session, timeZone = "UTC", weekStart = "monday", aggregate = {} } = options;
  const isTime = rule.by === "time";
  const isDays = isTime && intradayMs(rule) === undefined;
  if (!isTime && options.fill === "previous") throw invalid("fill", options.fill, "a rule by time, or omit the option");
  if (!isTime && options.label === "date") throw invalid("label", options.label, "a rule by time, or omit the option");
  return {
    rule,
    timeZone,
    session:
      session === undefined
        ? undefined
        : { start: timeOfDay("session.start", session.start), end: timeOfDay("session.end", session.end) },
    weekStart,
    label: options.label ?? (isDays ? "date" : isTime ? "start" : "end"),
    partial: options.partial ?? (isTime ? "keep" : "drop"),
    fill: options.fill ?? "none",
    aggregate,
  };
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
