import { aliasForm, columnAliases } from "@atc/plugin-kit";
import { isFieldName, type WideNames } from "./wide-names.ts";

/** A header of two or three lines, as yfinance writes it: names, symbols, and the name of the index. */
export interface StackedHeader extends WideNames {
  /** Its lines. */
  readonly lines: 2 | 3;
}

/** What pandas writes above its index: the names of the rows of names. */
const corners: ReadonlySet<string> = new Set(["", "price", "ticker", "tickers", "symbol", "attributes"]);
/** Columns of yfinance besides prices. */
const others: ReadonlySet<string> = new Set(["dividends", "stock_splits", "capital_gains", "repaired?"]);

function isField(name: string): boolean {
  return isFieldName(name) || others.has(aliasForm(name));
}

function isTime(name: string): boolean {
  return columnAliases.timestamp.includes(aliasForm(name));
}

/** Names and symbols if `fields` names values and `tickers` the symbol of each. */
function paired(fields: readonly string[], tickers: readonly string[]): WideNames | undefined {
  const symbols = fields.map((name, position) => {
    const ticker = (tickers[position] ?? "").trim();
    const isCorner = position === 0 && corners.has(aliasForm(ticker));
    return isField(name) && ticker !== "" && !isCorner ? ticker : undefined;
  });
  const isNamed = corners.has(aliasForm(tickers[0] ?? "")) && aliasForm(tickers[0] ?? "") !== "";
  const isWhole = fields.every((name, position) => {
    const ticker = tickers[position] ?? "";
    if (symbols[position] === undefined)
      return corners.has(aliasForm(ticker)) && (corners.has(aliasForm(name)) || isTime(name));
    // A row of numbers below the names is a row, unless the line says that it holds tickers.
    return isNamed || !/^[-+]?[\d.,]+(?:[eE][-+]?\d+)?$|^(?:nan|null|none|n\/a)$/i.test(ticker.trim());
  });
  const closes = fields.filter((name, position) => symbols[position] !== undefined && aliasForm(name) === "close");
  return isWhole && closes.length > 0 ? { names: fields, symbols } : undefined;
}

const units: ReadonlySet<string> = new Set([
  ...Intl.supportedValuesOf("currency").map((code) => code.toLowerCase()),
  ...[
    "usdt",
    "gbx",
    "gbp",
    "%",
    "$",
    "€",
    "£",
    "points",
    "pips",
    "bp",
    "shares",
    "lots",
    "contracts",
    "units",
    "pieces",
  ],
]);

/** Whether a line below the names holds units rather than symbols: `,USD,USD,shares`. */
export function isUnitLine(names: readonly string[], line: readonly string[] = []): boolean {
  const filled = line.map((text) => text.trim().toLowerCase()).filter((text) => text !== "");
  return (
    line.length === names.length &&
    filled.length > 1 &&
    isTime(names[0] ?? "") &&
    filled.every((text) => units.has(text))
  );
}

/** Whether a line names the index alone: `Date,,,`. */
function isIndexLine(line: readonly string[], width: number): boolean {
  const [first = "", ...rest] = line;
  return line.length === width && (isTime(first) || first.trim() === "") && rest.every((text) => text.trim() === "");
}

/** The header that starts in the first of some lines; undefined if that is a header of one line, or none. */
export function stackedHeader(lines: readonly (readonly string[])[]): StackedHeader | undefined {
  const [first, second, third] = lines;
  if (first === undefined || second === undefined || first.length !== second.length || first.length < 2)
    return undefined;
  if (isUnitLine(first, second)) return undefined;
  const pair = paired(first, second) ?? paired(second, first);
  if (pair === undefined) return undefined;
  const index = third !== undefined && isIndexLine(third, first.length) ? third : undefined;
  return {
    names: pair.names.map((name, position) => {
      if (pair.symbols[position] !== undefined) return name;
      return index?.[position] ?? (corners.has(aliasForm(name)) ? "" : name);
    }),
    symbols: pair.symbols,
    lines: index === undefined ? 2 : 3,
  };
}
