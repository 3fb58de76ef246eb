import type { TimeUnit } from "../base/calendar.ts";

const msPerDay = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** The time of day of ms since midnight, to the millisecond. */
function clockText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hour = twoDigits[Math.floor(minutes / 60)] ?? "";
  const rest = ms - minutes * 60_000;
  const second = twoDigits[Math.floor(rest / 1000)] ?? "";
  return `${hour}:${twoDigits[minutes % 60] ?? ""}:${second}.${String(rest % 1000).padStart(3, "0")}`;
}

/**
 * Makes texts of times, ISO 8601 in UTC: three digits of a second for ms, nine for ns; the number itself if no `Date` holds it. Remembers the day: a
 * `Date` a row would take most of an export's time.
 */
export function timeTexts(unit: TimeUnit): (time: bigint) => string {
  let day = Number.NaN;
  let dayText = "";
  return (time) => {
    const ms = unit === "ms" ? time : (time - (((time % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
    const number = Number(ms);
    if (!(Math.abs(number) <= 8.64e15)) return String(time);
    const own = Math.floor(number / msPerDay);
    if (own !== day) {
      day = own;
      dayText = new Date(number).toISOString().replace(/T.*/, "T");
    }
    const text = dayText + clockText(number - own * msPerDay);
    return unit === "ms" ? `${text}Z` : `${text}${String(time - ms * 1_000_000n).padStart(6, "0")}Z`;
  };
}
