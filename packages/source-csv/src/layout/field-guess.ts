import { isBar } from "./row-forms.ts";
import { isClockColumn } from "./sample.ts";

const number = /^[+-]?\$?\d[\d.,]*(?:[eE][+-]?\d+)?$/;
const date = /^(?:\d{1,4}([-/.])\d{1,2}\1\d{1,4}|(?:1[7-9]|2[0-2])\d{6})(?:[T ,-].*)?$/;
const compact = /^(?:1[7-9]|2[0-2])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6}|\d{9})?$/;
const plainNumber = /^\d+(?:\.\d*)?$/;
/** Seconds of 1980: as s, ms, us or ns, later times are larger. */
const firstEpoch = 315_532_800;

/** Whether a text can be a time with its date: written, or a number since 1970. */
export function isTimeText(text: string): boolean {
  if (plainNumber.test(text)) return compact.test(text) || Number(text) >= firstEpoch;
  return date.test(text);
}

/** Whether a line is a row rather than names: a time is among its fields, and most of them are numbers or times. */
export function isRowOfValues(fields: readonly string[]): boolean {
  const filled = fields.map((text) => text.trim()).filter((text) => text !== "");
  const values = filled.filter((text) => number.test(text) || date.test(text) || /^\d{1,2}:\d{2}/.test(text));
  // Symbols may be numbers too, but there is a name beside them.
  const hasTime = filled.some(isTimeText) || values.length === filled.length;
  return hasTime && values.length >= 2 && values.length * 2 >= filled.length;
}

function asNumber(text: string | undefined): number {
  return Number((text ?? "").replaceAll(/[$,]/g, "") || Number.NaN);
}

/** Orders in which files hold the prices of a bar; the first that fits all rows is the likely one. */
const orders: readonly (readonly string[])[] = [
  ["open", "high", "low", "close"],
  ["low", "high", "open", "close"],
  ["open", "close", "high", "low"],
];

function priceOrder(rows: readonly (readonly string[])[], fields: readonly number[]): readonly string[] | undefined {
  return orders.find((order) => {
    const at = (name: string): number => fields[order.indexOf(name)] ?? -1;
    const [open, high, low, close] = [at("open"), at("high"), at("low"), at("close")];
    return rows.every((row) =>
      isBar(asNumber(row[open]), asNumber(row[high]), asNumber(row[low]), asNumber(row[close])),
    );
  });
}

/** The likely names of a few columns of numbers that do not make bars. */
function tickNames(
  rows: readonly (readonly string[])[],
  [first = -1, second = -1]: readonly number[],
): readonly string[] {
  if (second < 0) return ["close"];
  const isQuote = rows.every((row) => {
    const [a, b] = [asNumber(row[first]), asNumber(row[second])];
    return b >= a && b <= a * 1.02;
  });
  return isQuote ? ["bid", "ask", "volume"] : ["price", "size"];
}

/** Whether all fields of a position pass a test. */
type AllPass = (field: number, test: (text: string) => boolean) => boolean;

const compactClock = /^(?:[01]?\d|2[0-3])?[0-5]?\d(?:[0-5]\d)?$/;

/** The field of a time of day next to a date; -1 if there is none. */
function clockField(rows: readonly (readonly string[])[], date: number, all: AllPass): number {
  if (isClockColumn(rows, date + 1)) return date + 1;
  // Six digits before a date may be the code of a share.
  if (date > 0 && all(date - 1, (text) => text.includes(":")) && isClockColumn(rows, date - 1)) return date - 1;
  const next = date + 1;
  if (!all(next, (text) => text.length >= 3 && compactClock.test(text))) return -1;
  // A number such as 930 may be a price too; four prices make bars.
  const fourFrom = (start: number): readonly number[] => [start, start + 1, start + 2, start + 3];
  const isBars = (start: number): boolean =>
    all(start + 3, (text) => number.test(text)) && priceOrder(rows, fourFrom(start)) !== undefined;
  return isBars(next + 1) && !isBars(next) ? next : -1;
}

const flags: ReadonlySet<string> = new Set([
  "b",
  "s",
  "buy",
  "sell",
  "bid",
  "ask",
  "true",
  "false",
  "usd",
  "eur",
  "gbp",
]);

/** The field of symbols: a text before or right behind the time, the last one, or codes in front; -1 if none is. */
function symbolField(
  rows: readonly (readonly string[])[],
  names: readonly string[],
  time: number,
  all: AllPass,
): number {
  const isText = (field: number): boolean => all(field, (text) => /^[A-Za-z^][\w./^=-]*$/.test(text));
  const varies = (field: number): boolean => new Set(rows.map((row) => row[field])).size > 1;
  const isFlag = (field: number): boolean => all(field, (text) => flags.has(text.toLowerCase()));
  const behind = names.findIndex((name, field) => field > time && name === "");
  const text = names.findIndex(
    (name, field) =>
      name === "" &&
      isText(field) &&
      (field < time || (!isFlag(field) && (field === behind || field === names.length - 1 || varies(field)))),
  );
  if (text >= 0) return text;
  return time > 0 && names[0] === "" && all(0, (code) => /^\d{4,6}$/.test(code)) ? 0 : -1;
}

/**
 * Likely names of the fields of rows without a header, for an error to advise: a file is not read by them unless the
 * caller gives them. Undefined if no field seems to hold a time, or none a price.
 */
export function likelyNames(rows: readonly (readonly string[])[]): readonly string[] | undefined {
  const width = rows[0]?.length ?? 0;
  const usual = rows.filter((row) => row.length === width);
  const names = Array.from({ length: width }, () => "");
  const all = (field: number, test: (text: string) => boolean): boolean =>
    usual.every((row) => test((row[field] ?? "").trim()));
  const time = names.findIndex((_, field) => all(field, isTimeText));
  if (time < 0) return undefined;
  const isDate = all(time, (text) => /^(?:\d{8}|\d{1,4}([-/.])\d{1,2}\1\d{1,4})$/.test(text));
  const clock = isDate ? clockField(usual, time, all) : -1;
  names[time] = clock >= 0 ? "date" : "timestamp";
  if (clock >= 0) names[clock] = "time";
  const symbol = symbolField(usual, names, time, all);
  if (symbol >= 0) names[symbol] = "symbol";
  const numbers = names.flatMap((name, field) =>
    name === "" && all(field, (text) => number.test(text)) ? [field] : [],
  );
  const starts = numbers.map((_, start) => start).filter((start) => start + 4 <= numbers.length);
  const start = starts.find((at) => priceOrder(usual, numbers.slice(at, at + 4)) !== undefined) ?? starts[0];
  if (start !== undefined) {
    const order = priceOrder(usual, numbers.slice(start, start + 4)) ?? ["open", "high", "low", "close"];
    for (const [i, name] of [...order, "volume"].entries()) {
      const field = numbers[start + i];
      if (field !== undefined) names[field] = name;
    }
    return names;
  }
  if (numbers.length === 0) return undefined;
  for (const [i, name] of tickNames(usual, numbers).entries()) {
    const field = numbers[i];
    if (field !== undefined) names[field] = name;
  }
  return names;
}
