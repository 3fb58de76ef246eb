import { AtcError, type LongerBarsOptions, type RowKind, type Series } from "@atc/contract";
import { fits, formatLength, longerLength, nearestFits, type TimeRule } from "./bar-fit.ts";
import { formatBarRule, intradayMs, parseBarRule } from "./bar-rule.ts";
import type { KnownTimes } from "./made-bars.ts";
import { type ResolvedResample, resolveResample } from "./resample-options.ts";
import { surveySource } from "./source-survey.ts";

const day = 86_400_000;

/** Options of `longerBars`. */
export interface LongerBarsRequest {
  /** The symbol of the rows, for messages. */
  readonly symbol: string;
  /** A length of time, such as `1w`. */
  readonly interval: string;
  /** The numeric columns of the rows to aggregate; `close` is one of them. */
  readonly columns: readonly string[];
  /** What the rows are. Ticks have no length. */
  readonly kind: RowKind;
  /** What the dataset says of its times. Default: instants, at the start of their rows. */
  readonly times?: KnownTimes | undefined;
  /** Samples of it show whether the interval is a multiple of its rows. Default: this is not checked. */
  readonly series?: Series | undefined;
  /** Default: what `times` says, and weeks of seven days from Monday on. */
  readonly options?: LongerBarsOptions | undefined;
}

const optionNames: readonly string[] = ["timeZone", "session", "weekStart", "days"];

function argument(message: string, interval: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", message, { details: { interval } });
}

function unfit({ symbol, interval }: LongerBarsRequest, message: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", message, { details: { symbol, interval } });
}

function timeRule(interval: string): TimeRule {
  const rule = parseBarRule(interval);
  if (rule.by === "time") return rule;
  throw argument(`bars("${interval}") is not a length of time; give one such as 4h, 1d, 1w or 1mo`, interval);
}

function resolve(request: LongerBarsRequest, rule: TimeRule): ResolvedResample {
  const { symbol, interval, kind, options = {}, times = { timeIs: "instant", stamps: "start" } } = request;
  for (const [name, value] of Object.entries(options)) {
    if (!optionNames.includes(name))
      throw argument(`bars("${interval}") has no option "${name}"; give some of: ${optionNames.join(", ")}`, interval);
    if (name === "days" && value !== undefined && value !== "all" && value !== "weekdays")
      throw argument(`bars("${interval}"): days is "${String(value)}"; give all or weekdays`, interval);
  }
  const { weekStart, session, timeZone = times.timeZone } = options;
  const areDates = times.timeIs === "date" && kind === "bars";
  if (areDates && intradayMs(rule) !== undefined)
    throw unfit(request, `symbol "${symbol}" has bars of calendar dates, which are longer than ${interval}`);
  const resolved = resolveResample(
    {
      to: rule,
      ...(weekStart === undefined ? {} : { weekStart }),
      ...(areDates || timeZone === undefined ? {} : { timeZone }),
      ...(areDates || session === undefined ? {} : { session }),
    },
    { kind, ...times },
  );
  if (areDates || session !== undefined || times.session === undefined) return resolved;
  return { ...resolved, session: times.session };
}

/** Throws ATC_INVALID_DATA if the interval is not a multiple of the rows. */
function checkSeries(
  request: LongerBarsRequest,
  rule: TimeRule,
  { session, timeIs, timeZone }: ResolvedResample,
): void {
  const { symbol, series, interval } = request;
  if (series === undefined || request.kind === "ticks") return;
  const survey = surveySource([series]);
  const longer = longerLength(rule, survey);
  if (longer !== undefined)
    throw unfit(
      request,
      `the bars of symbol "${symbol}" are ${longer} long, longer than ${formatBarRule(rule)}; give a longer interval`,
    );
  const { rowMs } = survey;
  if (Number.isNaN(rowMs)) return;
  const hasSession = session !== undefined;
  if (!fits(rule, survey, hasSession)) {
    const nearest = nearestFits(rule, survey, hasSession);
    const advice = nearest.length === 0 ? "" : `; give ${nearest.join(" or ")}`;
    throw unfit(
      request,
      `${interval} is not a multiple of the bars of symbol "${symbol}", which are ${formatLength(survey)} long${advice}`,
    );
  }
  if (
    timeIs === "instant" &&
    intradayMs(rule) === undefined &&
    survey.isMidnights &&
    rowMs >= day &&
    survey.isShiftedIn(timeZone)
  )
    throw unfit(
      request,
      `the times of symbol "${symbol}" are all midnight UTC, which is another day in "${timeZone}"; if they are calendar dates, ingest them with timeIs "date", else leave the time zone out`,
    );
}

/** The rule of longer bars, and how `resample` would make them. */
export interface LongerBarsRule {
  readonly rule: TimeRule;
  readonly resolved: ResolvedResample;
}

/**
 * Checks a request, also against samples of its series.
 *
 * @throws ATC_INVALID_ARGUMENT for an interval or an option; ATC_INVALID_DATA if the interval does not fit the rows
 */
export function longerBarsRule(request: LongerBarsRequest): LongerBarsRule {
  const rule = timeRule(request.interval);
  const resolved = resolve(request, rule);
  checkSeries(request, rule, resolved);
  return { rule, resolved };
}
