import { orderAdvice, shortYearAdvice } from "./date-order.ts";
import type { TimeLayout } from "./time-layout.ts";
import { timeReader } from "./time-reader.ts";
import { isNumberText, paddedBytes } from "./time-samples.ts";

/** Whether a text is a local time that is written like others, so that only the clocks of its zone can be at fault. */
function isWrittenRight(text: string, layout: TimeLayout): boolean {
  const read = timeReader({ ...layout, hasClock: false });
  return read(paddedBytes(text), 0, new Float64Array(2)) === text.length;
}

/** Example times of a source, in quotes, with a time of day of its own column. */
function exampleOf({ examples, timeStyle, hasClock }: TimeLayout): string {
  if (examples.length > 0) return examples.map((text) => `"${text.slice(0, 60)}"`).join(" and ");
  const date = { ymd: "2024-01-31", dmy: "31/01/2024", mdy: "01/31/2024" }[timeStyle.dateOrder];
  return hasClock ? `"${date}" and "21:30"` : `"${date}"`;
}

/** How the times of a source are written, in words, for messages on a time that is not. */
export function timesInWords(layout: TimeLayout): string {
  const { time, usual, timeStyle, localTime, isDateOnly } = layout;
  if (time === "number")
    return localTime === undefined
      ? `numbers that are times between 1980 and 2100, most in ${usual}`
      : `digits of local times, most ${usual}`;
  if (time !== "iso" && time !== "loose") return `numbers in ${time}`;
  const example = `such as ${exampleOf(layout)}`;
  if (isDateOnly)
    return timeStyle.isOffsetKept === true
      ? `${example}, midnights of their zone`
      : `${example}, without a time of day, because the times are dates`;
  if (localTime !== undefined) return `${example}, in ${localTime.timeZone}`;
  return `${example}, ${timeStyle.isZoned ? "with a zone like most others" : "without a zone like most others"}`;
}

/** What is wrong with a text that is not a time of a source, as the rest of a sentence about it. */
export function timeFault(text: string, layout: TimeLayout, kind: "file" | "source" = "source"): string {
  const { localTime } = layout;
  if (localTime !== undefined && isWrittenRight(text.trim(), layout))
    return `a time that the clocks of ${localTime.timeZone} show twice or never, because they are changed then`;
  return `not a time in the format of this ${kind} (${timesInWords(layout)})`;
}

/** The option that may read a text that is not a time, as the start of a sentence; "" if there is none. */
export function timeAdvice(text: string, layout: TimeLayout): string {
  const { time, timeStyle, localTime, isDateOnly } = layout;
  if (time === "number") {
    if (!isNumberText(text)) return "";
    const value = Number(text);
    return value >= 6.2e17 && value <= 6.63e17
      ? "if the file counts nanoseconds, give --source-option timeUnit=ns; if .NET ticks, timeUnit=ticks; else "
      : "if all times of the file count in one unit, give it (--source-option timeUnit=s); else ";
  }
  const order = orderAdvice(text, timeStyle.dateOrder) || shortYearAdvice(text);
  if (order !== "") return order;
  if (isDateOnly) return "if times are instants rather than dates, give --source-option timeIs=instant; else ";
  if (localTime === undefined || localTime.disambiguation === "infer") return "";
  return isWrittenRight(text.trim(), layout) ? "give disambiguation (--source-option disambiguation=infer); else " : "";
}
