import type { TimeUnit } from "../base/calendar.ts";

const msPerDay = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** The time of day at `ms` milliseconds after midnight. */
function clockText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const hour = twoDigits[Math.floor(minutes / 60)] ?? "";
  const rest = ms - minutes * 60_000;
  const second = twoDigits[Math.floor(rest / 1000)] ?? "";
  return `${hour}:${twoDigits[minutes % 60] ?? ""}:${second}.${String(rest % 1000).padStart(3, "0")}`;
}

/**
 * Returns a function that converts times to ISO 8601 in UTC, with three decimals for ms and nine for ns. If no `Date`
 * can hold a time, it returns the number. It caches the day, because one `Date` per row would take most of an export's
 * time.
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
