/** A share in per cent with a sign: `+12.3 %`; a dash if there is none. */
export function percent(value: unknown, digits = 1): string {
  if (typeof value !== "number") return "-";
  const shown = Math.abs(value) < 1000 ? (100 * value).toFixed(digits) : (100 * value).toExponential(1);
  return `${value > 0 && Number(shown) !== 0 ? "+" : ""}${shown} %`;
}

/** A share in per cent without a sign. */
export function share(value: unknown): string {
  return typeof value === "number" ? `${(100 * value).toFixed(0)} %` : "-";
}

/** A ratio with two decimals; a dash if there is none. */
export function ratio(value: unknown): string {
  return typeof value === "number" ? value.toFixed(2) : "-";
}

/** A rounded number with thousands separators; from 1e15 on, where they would not be read, a power of ten. */
export function integer(value: unknown): string {
  if (typeof value !== "number") return "-";
  return Math.abs(value) < 1e15 ? Math.round(value).toLocaleString("en") : value.toExponential(1);
}

/** A price with at most six significant digits. */
export function price(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A count of things: `12 gaps`, `1 gap`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}

/** Bytes with a decimal unit: `1.5 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} kB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`;
}

/** A time in ISO form without what is zero: a date, or a date with minutes; a dash if there is none. */
export function timeText(iso: string | null): string {
  if (iso === null) return "-";
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 16).replace("T", " ");
}

/** Milliseconds in the largest fitting unit: `1 min`, `1 h`, `1 d`, `45 s`. */
export function duration(ms: unknown): string {
  if (typeof ms !== "number") return "-";
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ];
  const [length, unit] = units.find(([size]) => ms >= size) ?? [1, "ms"];
  return `${Number((ms / length).toFixed(1))} ${unit}`;
}
