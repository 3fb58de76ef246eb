import { AtcError } from "@atc/contract";
import { aliasForm, type MatchedColumns } from "@atc/plugin-kit";
import type { Header } from "./header.ts";

/** A price that is the mean of two fields. */
export interface MeanPrice {
  /** The column. */
  readonly name: string;
  /** The fields of bid and ask. */
  readonly bid: number;
  readonly ask: number;
}

/** The fields of one symbol in a row of several. */
interface WideSeries {
  readonly symbol: string;
  /** The field of each column of {@link WideRows.columns}; -1 if the symbol has none, which only a volume may lack. */
  readonly fields: readonly number[];
}

/** Rows that hold several symbols. */
export interface WideRows {
  /** The columns that each symbol has, prices first. */
  readonly columns: readonly string[];
  /** How many of the columns are prices. */
  readonly prices: number;
  readonly series: readonly WideSeries[];
}

/** A field that was 0 in all sampled rows, so that another one is read in its place. */
export interface ZeroField {
  readonly field: number;
  /** Its name in the header. */
  readonly name: string;
  /** The name of the field that is read in its place. */
  readonly used: string;
}

/** How rows become other rows after their fields are read, as plain data. */
export interface RowShape {
  readonly means: readonly MeanPrice[];
  readonly wide?: WideRows | undefined;
  readonly zero?: ZeroField | undefined;
}

/** The distinct symbols that a header holds. */
export function headerSymbols({ symbols = [] }: Header): readonly string[] {
  return [...new Set(symbols.flatMap((symbol) => symbol ?? []))];
}

/** The symbol with most columns, whose names stand for those of all symbols. */
function fullest({ symbols = [] }: Header): string | undefined {
  const counts = new Map<string, number>();
  for (const symbol of symbols) if (symbol !== undefined) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The names of one symbol of a wide header, and those that all symbols share. Other fields have no name. */
export function namesOfOne(header: Header, names: readonly string[]): readonly string[] {
  const chosen = fullest(header);
  return names.map((name, field) => {
    const symbol = header.symbols?.[field];
    return symbol === undefined || symbol === chosen ? name : "";
  });
}

/**
 * The fields of all symbols, if those of one are known.
 *
 * @param extras - other columns of that symbol
 * @throws ATC_INVALID_DATA if a symbol lacks a price that another has, or has it twice
 */
export function wideRows(
  header: Header,
  names: readonly string[],
  { numbers }: MatchedColumns,
  extras: readonly { readonly name: string; readonly position: number }[],
  path: string,
): WideRows {
  const columns = [...numbers, ...extras];
  const prices = numbers.filter(({ name }) => name !== "volume").length;
  const forms = names.map(aliasForm);
  const fieldOf = (symbol: string, column: number): number => {
    const { name = "", position = -1 } = columns[column] ?? {};
    const field = forms.findIndex((form, i) => header.symbols?.[i] === symbol && form === forms[position]);
    const isTwice = forms.some((form, i) => i > field && header.symbols?.[i] === symbol && form === forms[position]);
    if (field >= 0 ? isTwice : column < prices)
      throw new AtcError(
        "ATC_INVALID_DATA",
        `"${path}" has ${isTwice ? "two columns" : "no column"} for "${name}" of the symbol "${symbol}"; correct the header line`,
        { details: { path, symbol, column: name } },
      );
    return field;
  };
  return {
    columns: columns.map(({ name }) => name),
    prices,
    series: headerSymbols(header).map((symbol) => ({
      symbol,
      fields: columns.map((_, column) => fieldOf(symbol, column)),
    })),
  };
}
