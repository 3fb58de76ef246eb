/** The unit of a series' times since 1970-01-01T00:00:00Z: ms for bars, ns for ticks. */
export type TimeUnit = "ms" | "ns";

const nsPerMs = 1_000_000n;
/** A year of the metrics and of interest: 365.25 days. */
export const msPerYear: number = 365.25 * 86_400_000;

function toMs(time: bigint, unit: TimeUnit): bigint {
  if (unit === "ms") return time;
  const quotient = time / nsPerMs;
  return time < 0n && quotient * nsPerMs !== time ? quotient - 1n : quotient;
}

/** A time in ISO 8601, in UTC, rounded down to milliseconds. If no Date can hold it, the number of ms. */
export function isoTime(time: bigint, unit: TimeUnit): string {
  const date = new Date(Number(toMs(time, unit)));
  return Number.isNaN(date.getTime()) ? `${toMs(time, unit)}` : date.toISOString();
}

/** A time in ISO 8601, in UTC, with all digits of its unit: milliseconds or nanoseconds. */
export function isoTimeExact(time: bigint, unit: TimeUnit): string {
  const iso = isoTime(time, unit);
  if (unit === "ms") return iso;
  const rest = time - toMs(time, unit) * nsPerMs;
  return `${iso.slice(0, -1)}${String(rest).padStart(6, "0")}Z`;
}

/** The years, of 365.25 days, from one time to another. */
export function yearsBetween(from: bigint, to: bigint, unit: TimeUnit): number {
  const span = Number(to - from);
  return (unit === "ms" ? span : span / 1e6) / msPerYear;
}
