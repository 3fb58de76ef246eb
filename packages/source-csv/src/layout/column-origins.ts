import type { MatchedColumns, NumberForm, TimeLayout } from "@atc/plugin-kit";

const unitNames: Partial<Record<NumberForm, string>> = {
  s: "seconds since 1970",
  ms: "milliseconds since 1970",
  us: "microseconds since 1970",
  ns: "nanoseconds since 1970",
};

/** What the times of a file are: dates, numbers with their unit, or texts with their zone. */
function timeWords({ timeIs, usual, time, timeStyle, zoneName, localTime }: TimeLayout): string {
  if (timeIs === "date") return "calendar dates";
  const unit = usual === undefined ? undefined : (unitNames[usual] ?? usual);
  const zone = zoneName ?? localTime?.timeZone ?? "UTC";
  if (time === "number" && unit !== undefined)
    return unitNames[usual ?? "s"] === undefined ? `${unit} in ${zone}` : unit;
  return timeStyle.isZoned && zoneName === undefined ? "with their own zone" : `in ${zone}`;
}

/**
 * Which columns of a file became ours, and what its times are: `timestamp from "Date" (calendar dates)`,
 * `close from "Close/Last"`.
 */
export function columnOrigins(names: readonly string[], matched: MatchedColumns, time: TimeLayout): readonly string[] {
  const from = (ours: string, position: number): string => `${ours} from "${names[position] ?? ""}"`;
  const { symbol, timestamp, clock, numbers } = matched;
  const ofDay = clock === undefined ? "" : ` and "${names[clock] ?? ""}"`;
  return [
    `${from("timestamp", timestamp)}${ofDay} (${timeWords(time)})`,
    ...(symbol === undefined ? [] : [from("symbol", symbol)]),
    ...numbers.map(({ name, position }) => from(name, position)),
  ];
}
