import type { DatasetSchema } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import type { BarRule } from "./bar-rule.ts";
import { checkBarRule, intradayMs, parseBarRule } from "./bar-rule.ts";

/** How a column of several rows becomes one value; a value that is missing (NaN) does not count. */
export type Aggregation = "first" | "last" | "max" | "min" | "sum" | "drop";

/** The hours in which a market trades, by the clock of the time zone. */
export interface Session {
  /** When it opens, such as `09:30`; inclusive. */
  readonly start: string;
  /** When it closes, such as `16:00`; exclusive. At or before `start` it is that time of the next day, whose date the session then bears. */
  readonly end: string;
}

/** How rows become bars. */
export interface ResampleOptions {
  /** When a bar ends: a rule, or a text as `parseBarRule` takes it. */
  readonly to: BarRule | string;
  /** The zone of days, weeks, months and sessions: a name such as `America/New_York`, or an offset such as `+01:00`. UTC where absent. */
  readonly timeZone?: string;
  /** The hours of trading: rows outside are left out, bars within a day are counted from the opening. The whole day where absent. */
  readonly session?: Session;
  /** The first day of a week; `monday` where absent. */
  readonly weekStart?: "monday" | "sunday";
  /**
   * The time of a bar: `start` is the first instant of its interval or the time of its first row; `end` the instant that its interval ends or the time of its
   * last row; `date` midnight UTC of its first calendar day. Where absent `date` for days, weeks and months, `start` for shorter bars of time, `end` for
   * all others, which are known only then.
   */
  readonly label?: "start" | "end" | "date";
  /**
   * Whether a last bar that the rows do not fill is kept. A bar of time is full where a row of its length would no longer fit (for ticks: never). `keep` for bars
   * of time, `drop` for others, where absent.
   */
  readonly partial?: "keep" | "drop";
  /** Whether intervals without a row give no bar, or one at the close before with a volume of 0. Bars of time only; `none` where absent. */
  readonly fill?: "none" | "previous";
  /**
   * How columns other than open, high, low, close and volume are put together. Where absent the sum for names with `volume`, `turnover`, `amount`, `count` or
   * `trades` in them; for others the last value in bars, and none in ticks, where they are flags of one trade.
   */
  readonly aggregate?: Readonly<Record<string, Aggregation>>;
}

/** The options with their defaults. */
export interface ResolvedResample {
  readonly rule: BarRule;
  readonly timeZone: string;
  /** In ms of the day. */
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

/** Milliseconds of a time of day such as `09:30` or `9:30:00`. */
function timeOfDay(option: string, text: string): number {
  const [, hours, minutes, seconds = "0"] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (!(ms <= 86_400_000 && Number(minutes) < 60 && Number(seconds) < 60))
    throw invalid(option, text, "a time of day such as 09:30");
  return ms;
}

/** Checks the options and fills in what they leave open. */
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
  if (!isTime && options.fill === "previous") throw invalid("fill", options.fill, "bars of time for it");
  if (!isTime && options.label === "date") throw invalid("label", options.label, "bars of time for it");
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

/** Throws where the options name columns that the rows do not have, or the rule needs one that they lack. */
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
      `bars by ${rule.by} need a column "${missing}"; the rows have ${known.join(", ")}`,
      { details: { column: missing } },
    );
}
