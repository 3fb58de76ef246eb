import { AtcError } from "@atc/contract";
import type { Metrics } from "../statistics/metrics.ts";

/** Reads one member of stored metrics; throws a TypeError that ends a sentence which begins with the member's name. */
type Member<T> = (value: unknown) => T;

const figure: Member<number | null> = (value) => {
  if (value === null || Number.isFinite(value)) return value as number | null;
  throw new TypeError("is neither a finite number nor null");
};

const money: Member<number> = (value) => {
  if (Number.isFinite(value)) return value as number;
  throw new TypeError("is no finite number");
};

const count: Member<number> = (value) => {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError("is no count");
};

/** ISO 8601, or ms since 1970 for a time that no date can hold. */
const timeText = /^(?:(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|-?\d+)$/;

const time: Member<string> = (value) => {
  if (typeof value === "string" && timeText.test(value)) return value;
  throw new TypeError("is no time");
};

const timeOrNone: Member<string | null> = (value) => (value === null ? null : time(value));

/** How each member is read, in the order of `metricsOf`, so that what is read prints as what was computed. */
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
 * Metrics from plain data that a cache or another thread gave back: every member is there and of its type, and no other one is.
 *
 * @throws ATC_CORRUPT_DATA naming the member that is not
 */
export function decodeMetrics(value: unknown): Metrics {
  if (typeof value !== "object" || value === null) throw corrupt("they are no object");
  const stranger = Object.keys(value).find((name) => !Object.hasOwn(members, name));
  if (stranger !== undefined) throw corrupt(`there is no "${stranger}"`);
  const read = ([name, member]: readonly [string, Member<unknown>]): readonly [string, unknown] => {
    try {
      return [name, member(Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined)];
    } catch (error) {
      throw corrupt(`"${name}" ${error instanceof TypeError ? error.message : String(error)}`);
    }
  };
  return Object.fromEntries(Object.entries(members).map(read)) as unknown as Metrics;
}

function corrupt(what: string): AtcError {
  return new AtcError("ATC_CORRUPT_DATA", `these are not stored metrics of this version: ${what}; compute them again`);
}
