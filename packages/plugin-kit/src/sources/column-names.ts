import type { RowKind } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";
import { aliasForm, columnAliases, dateAliases, plainName, type SourceColumn } from "./column-aliases.ts";
import { type PriceSide, type QuotedPrice, type QuotedPrices, quotedPrices } from "./quote-columns.ts";

/** Options of {@link matchColumns}. */
export interface MatchOptions {
  /** The source's name, for messages. */
  readonly source: string;
  /** The file's names of our columns, which take precedence over the aliases. Case does not matter. */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>> | undefined;
  /** What a row is. Default: ticks if there is a price and neither open, high, low nor close; else bars. */
  readonly kind?: RowKind | undefined;
  /**
   * What to take from columns of bid and ask: `bid`, `ask`, or `mid`, for a source that computes the mean. Default: a
   * price of its own. `auto` takes the mean if there is no other price.
   */
  readonly price?: PriceSide | "auto" | undefined;
  /**
   * Names of columns of numbers to find instead of prices and volume, without regard to case and underscores. A file
   * may lack any of them.
   */
  readonly values?: readonly string[] | undefined;
}

/** The positions of our columns among a file's columns, from 0. */
export interface MatchedColumns {
  /** What a row is. */
  readonly kind: RowKind;
  /** The symbol; undefined if no column holds it. */
  readonly symbol: number | undefined;
  /** The time, or the date if there is a `clock`. */
  readonly timestamp: number;
  /** The time of day beside a column of dates; undefined if there is none. */
  readonly clock: number | undefined;
  /**
   * Those of open, high, low, close and volume that exist, in this order, without those of `quotes`; or those of the
   * option `values` that exist.
   */
  readonly numbers: readonly { readonly name: string; readonly position: number }[];
  /** Prices that are the mean of a bid and an ask; undefined if there are none. */
  readonly quotes?: readonly QuotedPrice[];
}

/** The positions of columns that the options name or the aliases find. */
type Locate = (column: SourceColumn) => number | undefined;

/**
 * Finds the columns of bars or ticks among a file's column names.
 *
 * @throws ATC_INVALID_DATA if there is no time or no price, or if a required name occurs twice; ATC_INVALID_ARGUMENT
 * if `columns` names a column that does not exist, or `price` a side that does not exist
 */
export function matchColumns(names: readonly string[], options: MatchOptions): MatchedColumns {
  const forms = names.map(aliasForm);
  const mapped = new Map(
    Object.entries(options.columns ?? {}).map(([column, name]) => [
      column as SourceColumn,
      mappedPosition(forms, column, name, options.source),
    ]),
  );
  const values = options.values === undefined ? undefined : valuePositions(names, options.values, options.source);
  const taken = new Set([...mapped.values(), ...(values ?? []).map(({ position }) => position)]);
  const free = forms.map((form, position) => (taken.has(position) ? "" : form));
  const locate: Locate = (column) => mapped.get(column) ?? aliasedPosition(free, columnAliases[column], options.source);
  if (values !== undefined) return matchedValues(names, values, locate, mapped, options);
  const quoted = usedQuotes(free, mapped, options);
  const side = options.price === "bid" || options.price === "ask" ? options.price : undefined;
  const prices = pricePositions(locate, quoted, side);
  const timestamp = locate("timestamp");
  if (timestamp === undefined || (prices.get("close") === undefined && quoted === undefined))
    throw unusable(names, [timestamp, prices.get("close")], options.source);
  const own = (["open", "high", "low", "close"] as const).filter((name) => locate(name) !== undefined);
  const isBars =
    own.some((name) => name !== "close") || (quoted?.kind ?? (own.length > 0 ? "bars" : "ticks")) === "bars";
  const numbers = [...prices, ["volume", locate("volume") ?? locate("size")] as const];
  return {
    kind: options.kind ?? (isBars ? "bars" : "ticks"),
    symbol: locate("symbol"),
    timestamp,
    clock: mapped.get("clock") ?? clockPosition(forms, timestamp),
    numbers: numbers.flatMap(([name, position]) => (position === undefined ? [] : [{ name, position }])),
    ...(quoted === undefined || side !== undefined ? {} : { quotes: quoted.prices }),
  };
}

/** A name in lower case without underscores and blanks: `longEntry`, `long_entry` and `Long Entry` are the same. */
function folded(name: string): string {
  return aliasForm(name).replaceAll("_", "");
}

/** The columns that hold values of these names. */
function valuePositions(
  names: readonly string[],
  values: readonly string[],
  source: string,
): MatchedColumns["numbers"] {
  const forms = names.map(folded);
  return values.flatMap((name) => {
    const position = forms.indexOf(folded(name));
    if (position < 0) return [];
    if (forms.includes(folded(name), position + 1))
      throw new AtcError("ATC_INVALID_DATA", `"${source}" has two columns "${name}"; rename one of them`, {
        details: { source, column: name },
      });
    return [{ name, position }];
  });
}

/** The columns of a table of values beside symbol and time. */
function matchedValues(
  names: readonly string[],
  numbers: MatchedColumns["numbers"],
  locate: Locate,
  mapped: ReadonlyMap<SourceColumn, number>,
  { kind = "bars", source }: MatchOptions,
): MatchedColumns {
  const timestamp = locate("timestamp");
  // The second position is that of a price, which such a table need not have.
  if (timestamp === undefined) throw unusable(names, [timestamp, 0], source);
  const clock = mapped.get("clock") ?? clockPosition(names.map(aliasForm), timestamp);
  return { kind, symbol: locate("symbol"), timestamp, clock, numbers };
}

/** The positions of open, high, low and close: a side of the quoted prices, and the others. */
function pricePositions(
  locate: Locate,
  quoted: QuotedPrices | undefined,
  side: "bid" | "ask" | undefined,
): ReadonlyMap<string, number | undefined> {
  const positions = new Map<string, number | undefined>();
  for (const name of ["open", "high", "low", "close"] as const) {
    const quote = quoted?.prices.find((price) => price.name === name);
    if (quote === undefined)
      positions.set(name, name === "close" ? (locate("close") ?? locate("price")) : locate(name));
    else if (side !== undefined) positions.set(name, quote[side]);
  }
  return positions;
}

/** The prices to take from bid and ask; a price that the file has comes first unless the option asks for a side. */
function usedQuotes(
  forms: readonly string[],
  mapped: ReadonlyMap<SourceColumn, number>,
  { price, source }: MatchOptions,
): QuotedPrices | undefined {
  if (price === undefined) return undefined;
  const named = { bid: mapped.get("bid"), ask: mapped.get("ask") };
  const found = quotedPrices(forms);
  const [first] = found?.prices ?? [];
  const bid = named.bid ?? first?.bid;
  const ask = named.ask ?? first?.ask;
  const isNamed = named.bid !== undefined || named.ask !== undefined;
  const quoted: QuotedPrices | undefined =
    isNamed && bid !== undefined && ask !== undefined
      ? { kind: "ticks", prices: [{ name: "close", bid, ask }] }
      : found;
  if (price !== "auto") {
    if (quoted !== undefined) return quoted;
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `"${source}" has no columns of bid and ask, which the price "${price}" is made of; it has ${forms.join(", ")}; remove the option price, or name them with --columns bid=...,ask=...`,
      { details: { source, option: "price" } },
    );
  }
  // A last trade beside a quote is not a price of this row: it stays until there is another.
  const hasOwn = mapped.has("close") || mapped.has("price") || forms.includes("price");
  return hasOwn || columnAliases.close.some((name) => forms.includes(name)) ? undefined : quoted;
}

/** The positions of the columns that have a name and no use. */
export function unusedColumns(names: readonly string[], matched: MatchedColumns): readonly number[] {
  const { symbol, timestamp, clock, numbers, quotes = [] } = matched;
  const used = new Set([symbol, timestamp, clock, ...numbers.map(({ position }) => position)]);
  for (const { bid, ask } of quotes) used.add(bid).add(ask);
  return names.flatMap((name, position) => (used.has(position) || name.trim() === "" ? [] : [position]));
}

/**
 * The other columns of a file that are kept, each under its {@link plainName}, with a suffix `.1`, `.2` and so on if
 * that name is taken.
 */
export function otherColumns(
  names: readonly string[],
  matched: MatchedColumns,
  isKept: (position: number) => boolean,
): readonly { readonly name: string; readonly position: number }[] {
  const { symbol, timestamp, clock, numbers } = matched;
  // Bid and ask stay beside the price that is computed from them.
  const used = new Set([symbol, timestamp, clock, ...numbers.map(({ position }) => position)]);
  const taken = new Set(["symbol", "timestamp", "open", "high", "low", "close", "volume"]);
  return names.flatMap((given, position) => {
    if (used.has(position) || !isKept(position)) return [];
    const base = plainName(given);
    let name = base;
    for (let copy = 1; taken.has(name); copy++) name = `${base}.${copy}`;
    taken.add(name);
    return [{ name, position }];
  });
}

function mappedPosition(forms: readonly string[], column: string, name: string, source: string): number {
  const position = forms.indexOf(aliasForm(name));
  if (position >= 0) return position;
  const meant = nearest(aliasForm(name), forms);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${source}" has no column "${name}" (requested by columns.${column}); ${
      meant === undefined ? `it has ${forms.join(", ")}` : `did you mean "${meant}"?`
    }`,
    { details: { source, column: name } },
  );
}

function aliasedPosition(forms: readonly string[], aliases: readonly string[], source: string): number | undefined {
  for (const name of aliases) {
    const position = forms.indexOf(name);
    if (position < 0) continue;
    if (forms.indexOf(name, position + 1) >= 0)
      throw new AtcError("ATC_INVALID_DATA", `"${source}" has two columns "${name}"; rename one of them`, {
        details: { source, column: name },
      });
    return position;
  }
  return undefined;
}

function clockPosition(forms: readonly string[], timestamp: number): number | undefined {
  if (!dateAliases.includes(forms[timestamp] ?? "")) return undefined;
  const clock = forms.findIndex((form) => columnAliases.clock.includes(form));
  return clock < 0 ? undefined : clock;
}

/** The first of many names. */
function firstOf(names: readonly string[]): string {
  return `${names.slice(0, 8).join(", ")}, ...`;
}

/** Names that a misspelt one may mean. */
const meantNames: readonly string[] = [
  "timestamp",
  "datetime",
  "date_time",
  "open_time",
  "date",
  "time",
  "close",
  "price",
];

function unusable(
  names: readonly string[],
  [time, price]: readonly [number | undefined, number | undefined],
  source: string,
): AtcError {
  const missing = [
    ...(time === undefined ? [`a time (${firstOf(columnAliases.timestamp)})`] : []),
    ...(price === undefined ? ["a price (close, c, price)"] : []),
  ];
  const shown = names.slice(0, 30).map((name) => name.slice(0, 80));
  const known = new Set(Object.values(columnAliases).flat());
  const hints = names.flatMap((name) => {
    const meant = known.has(aliasForm(name)) || name.length < 3 ? undefined : nearest(aliasForm(name), meantNames);
    return meant === undefined ? [] : [`is "${name.trim().slice(0, 40)}" meant as "${meant}"? `];
  });
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${source}" has no column for ${missing.join(" and none for ")}; it has ${shown
      .map((name) => `"${name.trim()}"`)
      .join(", ")}; ${hints.slice(0, 2).join("")}name them with the option columns (--columns ${[
      ...(time === undefined ? ["timestamp=NAME"] : []),
      ...(price === undefined ? ["close=NAME"] : []),
    ].join(",")})`,
    { details: { source, found: shown } },
  );
}
