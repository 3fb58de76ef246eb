import { AtcError, nearest } from "@atc/contract";
import type { CsvColumn, CsvOptions } from "./csv-options.ts";

/** Names under which files hold our columns, best first; spaces in a header count as `_`. */
const aliases: Readonly<Record<CsvColumn, readonly string[]>> = {
  symbol: ["symbol", "ticker", "instrument"],
  timestamp: [
    ...["timestamp", "timestamp_utc", "datetime", "datetime_utc", "date_time", "open_time", "ts", "unix"],
    ...["date", "date_utc", "time", "time_utc", "t"],
  ],
  open: ["open", "o"],
  high: ["high", "h"],
  low: ["low", "l"],
  close: ["close", "c"],
  price: ["price"],
  volume: ["volume", "vol", "v", "tickvol"],
  size: ["size", "qty", "quantity", "amount"],
};
/** Names of a column that holds the time of day beside a column of dates. */
const clockNames: readonly string[] = ["time", "time_utc"];
const dateNames: readonly string[] = ["date", "date_utc"];

/** Which field of a row holds what. */
export interface HeaderMap {
  /** The field of each of our columns that the file has. */
  readonly fields: ReadonlyMap<CsvColumn, number>;
  /** The field of the time of day, where the header has a date and a time column. */
  readonly clock: number | undefined;
}

/** A header name as aliases are written: lower case, no blanks around, no `<>` (MetaTrader), `_` for spaces. */
function aliasForm(name: string): string {
  return plainName(name).replaceAll(/\s+/g, "_");
}

/** A header name as a column of ours is called: lower case, no blanks and no `<>` around. */
export function plainName(name: string): string {
  const trimmed = name.trim().toLowerCase();
  return /^<.*>$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

/** How many of our columns a header names by an alias; tells a header from another line, and one separator from another. */
export function knownNames(header: readonly string[], columns: CsvOptions["columns"] = {}): number {
  const forms = new Set(header.map(aliasForm));
  const mapped = Object.values(columns).filter((name) => forms.has(aliasForm(name))).length;
  return mapped + Object.values(aliases).filter((names) => names.some((name) => forms.has(name))).length;
}

/** The field that the option `columns` names, which must be there. */
function mappedField(forms: readonly string[], column: string, name: string, path: string): number {
  const field = forms.indexOf(aliasForm(name));
  if (field >= 0) return field;
  const meant = nearest(aliasForm(name), forms);
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${path}" has no column "${name}" (asked for by columns.${column}); ${
      meant === undefined ? `it has ${forms.join(", ")}` : `did you mean "${meant}"?`
    }`,
    { details: { path, column: name } },
  );
}

/** The first field with one of `names`, best name first. */
function aliasedField(forms: readonly string[], names: readonly string[], path: string): number | undefined {
  for (const name of names) {
    const field = forms.indexOf(name);
    if (field < 0) continue;
    if (forms.indexOf(name, field + 1) >= 0)
      throw new AtcError("ATC_INVALID_DATA", `"${path}" has two columns "${name}"; rename one in the file's header`, {
        details: { path, column: name },
      });
    return field;
  }
  return undefined;
}

/**
 * Finds our columns in a header.
 *
 * @throws ATC_INVALID_DATA where no time or no price is there, or a name stands twice; ATC_INVALID_ARGUMENT where `columns` names what is not there
 */
export function mapHeader(header: readonly string[], path: string, columns: CsvOptions["columns"] = {}): HeaderMap {
  const forms = header.map(aliasForm);
  const fields = new Map<CsvColumn, number>();
  for (const [column, name] of Object.entries(columns))
    fields.set(column as CsvColumn, mappedField(forms, column, name, path));
  for (const [column, names] of Object.entries(aliases)) {
    if (fields.has(column as CsvColumn)) continue;
    const taken = new Set(fields.values());
    const free = forms.map((form, field) => (taken.has(field) ? "" : form));
    const field = aliasedField(free, names, path);
    if (field !== undefined) fields.set(column as CsvColumn, field);
  }
  if (!fields.has("timestamp") || !(fields.has("close") || fields.has("price"))) throw unusable(header, fields, path);
  return { fields, clock: clockField(forms, fields) };
}

function clockField(forms: readonly string[], fields: ReadonlyMap<CsvColumn, number>): number | undefined {
  const date = fields.get("timestamp");
  if (date === undefined || !dateNames.includes(forms[date] ?? "")) return undefined;
  const clock = forms.findIndex((form) => clockNames.includes(form));
  return clock < 0 ? undefined : clock;
}

function unusable(header: readonly string[], fields: ReadonlyMap<CsvColumn, number>, path: string): AtcError {
  const missing = [
    ...(fields.has("timestamp") ? [] : [`a time (${aliases.timestamp.join(", ")})`]),
    ...(fields.has("close") || fields.has("price") ? [] : ["a price (close, c, price)"]),
  ];
  const candidates = [...aliases.timestamp, ...aliases.close, ...aliases.price].filter((name) => name.length > 3);
  const taken = new Set(fields.values());
  const hints = header.flatMap((name, field) => {
    const meant = taken.has(field) || name.length < 3 ? undefined : nearest(aliasForm(name), candidates);
    return meant === undefined ? [] : [`is "${name.trim().slice(0, 40)}" meant as "${meant}"?`];
  });
  const found = header.map((name) => `"${name.trim().slice(0, 40)}"`).slice(0, 30);
  return new AtcError(
    "ATC_INVALID_DATA",
    `"${path}" has no column for ${missing.join(" and none for ")}; its first line names ${found.join(", ")}; ${[
      ...hints.slice(0, 2),
      "name them with the option columns, or put a header line first",
    ].join(" ")}`,
    { details: { path, found: header.slice(0, 30).map((name) => name.slice(0, 80)) } },
  );
}
