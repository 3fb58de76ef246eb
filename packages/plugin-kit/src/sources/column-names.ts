import type { RowKind } from "@atc/contract";
import { AtcError, nearest } from "@atc/contract";

/**
 * The columns to which a file's columns can be mapped. `price` and `size` are the `close` and `volume` of ticks.
 * `clock` is a time of day beside a `timestamp` that holds dates.
 */
export type SourceColumn =
  | ("symbol" | "timestamp" | "clock")
  | ("open" | "high" | "low" | "close" | "volume")
  | ("price" | "size");

/** Known names of each column in files, best first, in the form of {@link aliasForm}. */
export const columnAliases: Readonly<Record<SourceColumn, readonly string[]>> = {
  symbol: ["symbol", "ticker", "instrument"],
  timestamp: [
    ...[
      "timestamp",
      "timestamp_utc",
      "datetime",
      "datetime_utc",
      "date_time",
      "open_time",
      "opentime",
      "gmt_time",
      "ts",
      "unix",
    ],
    ...["date", "date_utc", "time", "time_utc", "t"],
  ],
  clock: ["time", "time_utc"],
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  price: ["price"],
  volume: ["volume", "vol", "v", "tickvol"],
  size: ["size", "qty", "quantity", "amount"],
};

/** A name in lower case, without surrounding blanks or `<>` (MetaTrader). */
export function plainName(name: string): string {
  const trimmed = name.trim().toLowerCase();
  return /^<.*>$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

/** The form in which aliases are written: the {@link plainName} with `_` for blanks. */
export function aliasForm(name: string): string {
  return plainName(name).replaceAll(/\s+/g, "_");
}

/** Options of {@link matchColumns}. */
export interface MatchOptions {
  /** The source's name, for messages. */
  readonly source: string;
  /** The file's names of our columns, which take precedence over the aliases. Case does not matter. */
  readonly columns?: Readonly<Partial<Record<SourceColumn, string>>> | undefined;
  /** What a row is. Default: ticks if there is a price and neither open, high, low nor close; else bars. */
  readonly kind?: RowKind | undefined;
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
  /** Those of open, high, low, close and volume that exist, in this order. */
  readonly numbers: readonly { readonly name: string; readonly position: number }[];
}

/**
 * Finds the columns of bars or ticks among a file's column names.
 *
 * @throws ATC_INVALID_DATA if there is no time or no price, or if a required name occurs twice; ATC_INVALID_ARGUMENT
 * if `columns` names a column that does not exist
 */
export function matchColumns(names: readonly string[], options: MatchOptions): MatchedColumns {
  const forms = names.map(aliasForm);
  const found = new Map<SourceColumn, number>();
  for (const [column, name] of Object.entries(options.columns ?? {}))
    found.set(column as SourceColumn, mappedPosition(forms, column, name, options.source));
  for (const [column, aliases] of Object.entries(columnAliases)) {
    if (found.has(column as SourceColumn) || column === "clock") continue;
    const taken = new Set(found.values());
    const free = forms.map((form, position) => (taken.has(position) ? "" : form));
    const position = aliasedPosition(free, aliases, options.source);
    if (position !== undefined) found.set(column as SourceColumn, position);
  }
  const timestamp = found.get("timestamp");
  const close = found.get("close") ?? found.get("price");
  if (timestamp === undefined || close === undefined) throw unusable(names, found, options.source);
  const bars = (["open", "high", "low", "close"] as const).some((column) => found.has(column));
  const positions = { open: found.get("open"), high: found.get("high"), low: found.get("low"), close };
  const numbers = Object.entries({ ...positions, volume: found.get("volume") ?? found.get("size") });
  return {
    kind: options.kind ?? (bars ? "bars" : "ticks"),
    symbol: found.get("symbol"),
    timestamp,
    clock: found.get("clock") ?? clockPosition(forms, timestamp),
    numbers: numbers.flatMap(([name, position]) => (position === undefined ? [] : [{ name, position }])),
  };
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
  if (!["date", "date_utc"].includes(forms[timestamp] ?? "")) return undefined;
  const clock = forms.findIndex((form) => columnAliases.clock.includes(form));
  return clock < 0 ? undefined : clock;
}

function unusable(names: readonly string[], found: ReadonlyMap<SourceColumn, number>, source: string): AtcError {
  const missing = [
    ...(found.has("timestamp") ? [] : [`a time (${columnAliases.timestamp.join(", ")})`]),
    ...(found.has("close") || found.has("price") ? [] : ["a price (close, c, price)"]),
  ];
  const shown = names.slice(0, 30).map((name) => name.slice(0, 80));
  const candidates = ["timestamp", "close", "price"] as const;
  const known = candidates.flatMap((column) => columnAliases[column]).filter((name) => name.length > 3);
  const taken = new Set(found.values());
  const hints = names.flatMap((name, position) => {
    const meant = taken.has(position) || name.length < 3 ? undefined : nearest(aliasForm(name), known);
    return meant === undefined ? [] : [`is "${name.trim().slice(0, 40)}" meant as "${meant}"? `];
  });
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${source}" has no column for ${missing.join(" and none for ")}; it has ${shown
      .map((name) => `"${name.trim()}"`)
      .join(", ")}; ${hints.slice(0, 2).join("")}name them with the option columns`,
    { details: { source, found: shown } },
  );
}
