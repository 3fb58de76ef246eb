import { AtcError } from "@atc/contract";
import type { TimeStyle } from "./loose-reader.ts";
import { most } from "./time-samples.ts";

/** An order of day and month in dates that end with the year. */
type DayOrder = "dmy" | "mdy";

const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2\d{4}(?!\d)/;
const shortYear = /^\d{1,2}([-/.])\d{1,2}\1\d{2}(?!\d)/;

/** The orders in words, as examples. */
const inWords: Readonly<Record<DayOrder, string>> = { dmy: "day/month/year", mdy: "month/day/year" };

const optionOf = (order: DayOrder): string => `--source-option dateOrder=${order}`;

/** The orders in which a text is a date; undefined if the year is not last. */
function ordersOf(text: string): readonly DayOrder[] | undefined {
  const [, first, , second] = yearLast.exec(text) ?? [];
  if (first === undefined) return undefined;
  const isMonth = (digits: string | undefined): boolean => Number(digits) >= 1 && Number(digits) <= 12;
  return [...(isMonth(second) ? (["dmy"] as const) : []), ...(isMonth(first) ? (["mdy"] as const) : [])];
}

/** What to give for a date whose order no option states, or whose order is another one; "" for other texts. */
export function orderAdvice(text: string, dateOrder: TimeStyle["dateOrder"]): string {
  const orders = ordersOf(text);
  if (orders === undefined) return "";
  const [order, other] = orders;
  if (order === undefined) return "";
  if (dateOrder !== "ymd")
    return orders.includes(dateOrder)
      ? ""
      : `it fits ${inWords[order]}: if all dates are written so, give ${optionOf(order)}; else `;
  return other === undefined
    ? `it is ${inWords[order]}: give ${optionOf(order)}; else `
    : `give ${optionOf(order)} if it is ${inWords[order]}, or ${optionOf(other)} if it is ${inWords[other]}; else `;
}

/** What a year of two digits needs; "" for other texts. */
export function shortYearAdvice(text: string): string {
  return shortYear.test(text) ? "a year of two digits leaves its century open: write all four; else " : "";
}

/** The note on dates that end with the year. */
export function orderNotes(dateOrder: TimeStyle["dateOrder"]): readonly string[] {
  return dateOrder === "ymd" ? [] : [`dates were read as ${inWords[dateOrder]} (dateOrder=${dateOrder})`];
}

/**
 * Checks that the order of day and month is stated if most dates end with the year, and that most of those that fit
 * one order only fit the stated one.
 *
 * @throws ATC_INVALID_DATA naming the order that the texts show, or both; also for years of two digits
 */
export function checkDateOrder(source: string, texts: readonly string[], dateOrder: TimeStyle["dateOrder"]): void {
  const refuse = (what: string): AtcError =>
    new AtcError("ATC_INVALID_DATA", `the dates of "${source}"${what}`, {
      details: { path: source, option: "dateOrder" },
    });
  if (most(texts, (text) => shortYear.test(text)))
    throw refuse(
      `, such as "${texts.find((text) => shortYear.test(text))}", have years of two digits, which leave the century open; write years of four digits, or convert the dates with a query (atc ingest --sql "SELECT strptime(...) AS timestamp, ...")`,
    );
  const written = texts.flatMap((text) => {
    const orders = ordersOf(text);
    return orders === undefined ? [] : [{ text, orders }];
  });
  const only = (order: DayOrder): readonly string[] =>
    written.filter(({ orders }) => orders.length === 1 && orders[0] === order).map(({ text }) => text);
  const [daysFirst, monthsFirst] = [only("dmy"), only("mdy")];
  const shown: DayOrder | undefined =
    daysFirst.length === monthsFirst.length ? undefined : daysFirst.length > monthsFirst.length ? "dmy" : "mdy";
  if (dateOrder !== "ymd") {
    if (shown === undefined || shown === dateOrder) return;
    const examples = shown === "dmy" ? daysFirst : monthsFirst;
    throw refuse(
      `, such as "${examples[0]}", are ${inWords[shown]}, but the option dateOrder is ${dateOrder}; give ${optionOf(shown)}`,
    );
  }
  if (written.length * 2 <= texts.length) return;
  const [first] = written;
  if (shown === undefined)
    throw refuse(
      `, such as "${first?.text}", can be ${inWords.dmy} or ${inWords.mdy}; give ${optionOf("dmy")}, or ${optionOf("mdy")}`,
    );
  const other: DayOrder = shown === "dmy" ? "mdy" : "dmy";
  const [examples, others] = shown === "dmy" ? [daysFirst, monthsFirst] : [monthsFirst, daysFirst];
  if (others.length === 0) throw refuse(`, such as "${examples[0]}", are ${inWords[shown]}; give ${optionOf(shown)}`);
  throw refuse(
    ` are mixed: "${examples[0]}" is ${inWords[shown]} and "${others[0]}" is ${inWords[other]}; correct the file, or give ${optionOf(shown)}, by which ${others.length} of the first ${texts.length} are bad rows`,
  );
}
