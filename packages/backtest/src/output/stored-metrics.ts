import { AtcError } from "@atc/contract";
import type { MetricRecord } from "../metrics/metrics-record.ts";
import { metricNames } from "../metrics/table/metric-names.ts";
import { isMetricName } from "../metrics/table/metric-table.ts";
import type { Metrics } from "../statistics/metrics.ts";

/** Checks one member of stored metrics. Throws a TypeError whose message follows the member's name in a sentence. */
type Member<T> = (value: unknown) => T;

const figure: Member<number | null> = (value) => {
  if (value === null || (typeof value === "number" && Number.isFinite(value))) return value;
  throw new TypeError("is neither a finite number nor null");
};

const money: Member<number> = (value) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError("is not a finite number");
};

const count: Member<number> = (value) => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError("is not a count");
};

/** ISO 8601, or ms since 1970 for a time that no Date can hold. */
const timeText = /^(?:(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|-?\d+)$/;

const time: Member<string> = (value) => {
  if (typeof value === "string" && timeText.test(value)) return value;
  throw new TypeError("is not a time");
};

const timeOrNone: Member<string | null> = (value) => (value === null ? null : time(value));

/** The check of each member, in the order of `metricsOf`, so that decoded metrics print like computed ones. */
const members: { readonly [Name in keyof Metrics]: Member<Metrics[Name]> } = {
  bars: count,
  start: time,
  end: time,
  totalReturn: figure,
  grossReturn: figure,
  cagr: figure,
  volatility: figure,
  sharpe: figure,
  sortino: figure,
  maxDrawdown: figure,
  maxDrawdownPeak: timeOrNone,
  maxDrawdownTrough: timeOrNone,
  maxDrawdownRecovery: timeOrNone,
  calmar: figure,
  exposure: figure,
  turnover: figure,
  trades: count,
  winRate: figure,
  profitFactor: figure,
  averageWin: figure,
  averageLoss: figure,
  fees: money,
  buyAndHold: figure,
};

/**
 * Checks metrics from a cache or another thread: the first 23 exist with their types, the others are figures or null,
 * and there are no unknown ones.
 *
 * @throws ATC_CORRUPT_DATA that names the first faulty member
 */
export function decodeMetrics(value: unknown): MetricRecord {
  if (typeof value !== "object" || value === null) throw corrupt("they are not an object");
  const unknown = Object.keys(value).find((name) => !isMetricName(name));
  if (unknown !== undefined) throw corrupt(`the member "${unknown}" is unknown`);
  const read = ([name, member]: readonly [string, Member<unknown>]): readonly [string, unknown] => {
    try {
      return [name, member(Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined)];
    } catch (error) {
      throw corrupt(`"${name}" ${error instanceof TypeError ? error.message : String(error)}`);
    }
  };
  const more = metricNames
    .filter((name) => !Object.hasOwn(members, name) && Object.hasOwn(value, name))
    .map((name) => read([name, figure]));
  return Object.fromEntries([...Object.entries(members).map(read), ...more]) as unknown as MetricRecord;
}

/** The first 23 metrics of a record. */
export function firstMetrics(metrics: MetricRecord): Metrics {
  return Object.fromEntries(
    Object.keys(members).map((name) => [name, metrics[name as keyof Metrics]]),
  ) as unknown as Metrics;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `these are not stored metrics of this version: ${what}; compute them again`);
}
