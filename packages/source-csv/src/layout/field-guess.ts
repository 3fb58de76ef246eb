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
  const hasClock = isDate && isClockColumn(usual, time + 1);
  names[time] = hasClock ? "date" : "timestamp";
  if (hasClock) names[time + 1] = "time";
  const symbol = names.findIndex(
    (name, field) => name === "" && all(field, (text) => /^[A-Za-z^][\w./^=-]*$/.test(text)),
  );
  if (symbol >= 0 && symbol < time) names[symbol] = "symbol";
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
