import type { Bar, Row } from "./rows.ts";

const present = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);

/** One bar of some rows, straight from the definition and independent of the package. */
export function naiveBar(time: number, rows: readonly Row[]): Bar {
  const values = (name: "open" | "high" | "low" | "close"): number[] =>
    rows.map((row) => ("open" in row ? row[name] : row.close)).filter(present);
  const volumes = rows.map(({ volume }) => volume).filter(present);
  const none = (list: readonly number[], value: number): number => (list.length === 0 ? Number.NaN : value);
  const [opens, highs, lows, closes] = [values("open"), values("high"), values("low"), values("close")];
  return {
    time,
    open: opens[0] ?? Number.NaN,
    high: none(highs, Math.max(...highs)),
    low: none(lows, Math.min(...lows)),
    close: closes.at(-1) ?? Number.NaN,
    volume: none(
      volumes,
      volumes.reduce((sum, value) => sum + value, 0),
    ),
    count: rows.length,
  };
}

/** Rows grouped by a key, in order. */
export function groups<Key>(rows: readonly Row[], keyOf: (row: Row) => Key): readonly (readonly [Key, Row[]])[] {
  const found = new Map<Key, Row[]>();
  for (const row of rows) found.set(keyOf(row), [...(found.get(keyOf(row)) ?? []), row]);
  return [...found];
}

/** Local date and time of day of an instant, by Intl alone. */
export function localParts(ms: number, timeZone: string): { readonly date: string; readonly minutes: number } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(ms);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  const minutes = Number(of("hour")) * 60 + Number(of("minute")) + Number(of("second")) / 60;
  return { date: `${of("year")}-${of("month")}-${of("day")}`, minutes };
}
