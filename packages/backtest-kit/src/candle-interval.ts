import { AtcError, nearest } from "@atc/contract";

/** The candle intervals that the host requests. */
export type CandleInterval = "1m" | "3m" | "5m" | "15m" | "30m" | "1h" | "2h" | "4h" | "6h" | "8h" | "1d";

/** One minute in ms, the step of the host's clock. */
export const minuteMs = 60_000;

const minutes: Readonly<Record<CandleInterval, number>> = {
  "1m": 1,
  "3m": 3,
  "5m": 5,
  "15m": 15,
  "30m": 30,
  "1h": 60,
  "2h": 120,
  "4h": 240,
  "6h": 360,
  "8h": 480,
  "1d": 1440,
};

/** The length of an interval in ms. Throws ATC_UNSUPPORTED if the host does not have it. */
export function intervalMs(interval: CandleInterval): number {
  const found: number | undefined = Object.hasOwn(minutes, interval) ? minutes[interval] : undefined;
  if (found !== undefined) return found * minuteMs;
  const names = Object.keys(minutes);
  const meant = nearest(String(interval), names);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  throw new AtcError("ATC_UNSUPPORTED", `the interval "${interval}" is not one of ${names.join(", ")}${hint}`, {
    details: { interval: String(interval), allowed: names },
  });
}
