import type { SeriesQuality } from "@atc/ingest";

/** The sum of a count over series. */
export function sum(series: readonly SeriesQuality[], count: (quality: SeriesQuality) => number): number {
  return series.reduce((total, quality) => total + count(quality), 0);
}

/** A count with its noun: `1 row`, `2,000 rows`. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A time without zeros at its end: `2024-01-30`, `2024-01-30T14:30Z`. */
export function shortTime(time: string): string {
  return time.replace(/T00:00:00\.0+Z$/, "").replace(/(:00)?\.0+Z$/, "Z");
}

/** A price with at most six significant digits. */
export function price(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The greatest place by `size`; undefined if there is none. */
export function greatest<Place>(places: readonly Place[], size: (place: Place) => number): Place | undefined {
  let most: Place | undefined;
  for (const place of places) if (most === undefined || size(place) > size(most)) most = place;
  return most;
}
