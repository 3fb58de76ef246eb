const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** The short names of the months. */
export const monthNames: readonly string[] = months;

const pad = (value: number, length = 2): string => String(value).padStart(length, "0");

/** A date in UTC: `20 Mar 2015`. */
export function dateText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? String(ms)
    : `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
}

/** A time of day in UTC: `14:30`, with seconds and thousandths only if there are some. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "";
  const seconds = date.getUTCSeconds();
  const thousandths = date.getUTCMilliseconds();
  const rest = thousandths > 0 ? `:${pad(seconds)}.${pad(thousandths, 3)}` : seconds > 0 ? `:${pad(seconds)}` : "";
  return `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}${rest}`;
}

/** A date, with its time of day unless `isDate`. */
function timeText(ms: number, isDate: boolean): string {
  return isDate ? dateText(ms) : `${dateText(ms)} ${clockText(ms)}`;
}

const isoDate = /^[+-]?\d{4,6}-\d\d-\d\dT/;

/** An ISO 8601 time as {@link timeText}; midnight is a date. Another text, such as a number of ms, stays as it is. */
export function isoText(iso: string | undefined): string | undefined {
  if (iso === undefined) return undefined;
  const ms = isoDate.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(ms) ? iso : timeText(ms, ms % 86_400_000 === 0);
}

/** A duration: `3 days`, `2.5 h`, `40 min`. */
export function durationText(ms: number): string {
  const unit = (value: number, name: string): string => `${Number(value.toPrecision(3))} ${name}`;
  if (ms >= 86_400_000) return unit(ms / 86_400_000, "days");
  if (ms >= 3_600_000) return unit(ms / 3_600_000, "h");
  if (ms >= 60_000) return unit(ms / 60_000, "min");
  return unit(ms / 1000, "s");
}
