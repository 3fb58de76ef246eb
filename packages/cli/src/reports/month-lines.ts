import type { MonthlyReturns } from "@atc/runtime";
import { counted } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { wrapped } from "../text/text-table.ts";

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The most years of the table. */
const mostYears = 10;
/** Columns of the table if nothing limits them. */
const usualWidth = 80;

/** A return in per cent without its sign of per cent; empty for none. From 10,000 % on a power of ten. */
function figure(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "";
  const shown = Math.abs(value) < 99.995 ? (100 * value).toFixed(digits) : (100 * value).toExponential(0);
  return Number(shown) === 0 ? shown.replace("-", "") : shown;
}

/** The forms of the table, the richest first: months of a line, and digits after the point. */
const forms = [
  { months: 12, digits: 1 },
  { months: 12, digits: 0 },
  { months: 6, digits: 1 },
  { months: 6, digits: 0 },
  { months: 3, digits: 0 },
] as const;

type Row = readonly string[];

/** The heading and the years as rows. If a year has several, its return is in the last one. */
function rowsOf(years: readonly MonthlyReturns[], { months, digits }: (typeof forms)[number]): readonly Row[] {
  const rowsOfYear = (name: string, figures: readonly string[], total: string): readonly Row[] =>
    Array.from({ length: 12 / months }, (_, part) => [
      part === 0 ? name : "",
      ...figures.slice(part * months, (part + 1) * months),
      (part + 1) * months === 12 ? total : "",
    ]);
  return [
    ...rowsOfYear("", monthNames, "year"),
    ...years.flatMap((one) =>
      rowsOfYear(
        String(one.year),
        one.months.map((value) => figure(value, digits)),
        figure(one.total, digits),
      ),
    ),
  ];
}

function widthsOf(rows: readonly Row[]): readonly number[] {
  return (rows[0] ?? []).map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
}

/** Width of a table whose columns have a blank between them. */
function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, widths.length - 1);
}

/**
 * Returns by month, a year in a line: the last ten years, with a decimal if there is room. On a narrow screen, a year
 * has two lines or four. Nothing for a curve with less than two months, whose return the table above has.
 *
 * @param allIn - the option whose file has all years
 */
export function monthLines(
  all: readonly MonthlyReturns[],
  { screen, allIn }: { readonly screen: Screen; readonly allIn?: string | undefined },
): readonly string[] {
  const known = all.reduce((sum, { months }) => sum + months.filter((value) => value !== null).length, 0);
  if (known < 2) return [];
  const years = all.slice(-mostYears);
  const limit = screen.width ?? usualWidth;
  const tables = forms.map((form) => rowsOf(years, form));
  const table = tables.find((rows) => total(widthsOf(rows)) <= limit) ?? tables.at(-1) ?? [];
  const widths = widthsOf(table);
  const cell = (text: string, column: number): string => {
    const padding = " ".repeat((widths[column] ?? 0) - text.length);
    return padding + (text.startsWith("-") ? painted(text, "negative", screen) : text);
  };
  const left = all.length - years.length;
  const span = left === 1 ? String(all[0]?.year) : `${all[0]?.year} to ${all[left - 1]?.year}`;
  const place = allIn === undefined ? "" : `; ${allIn} has all`;
  return [
    "",
    painted("Returns by month in per cent:", "heading", screen),
    ...table.map((row) => row.map(cell).join(" ").trimEnd()),
    ...(left > 0 ? wrapped(`and ${counted(left, "earlier year")} (${span})${place}`, "", limit, "  ") : []),
  ];
}
