/**
 * The columns to which a file's columns can be mapped. `price` and `size` are the `close` and `volume` of ticks.
 * `clock` is a time of day beside a `timestamp` that holds dates. `bid` and `ask` are a quote, from which a price is
 * computed.
 */
export type SourceColumn =
  | ("symbol" | "timestamp" | "clock")
  | ("open" | "high" | "low" | "close" | "volume")
  | ("price" | "size")
  | ("bid" | "ask");

/** Names of columns that hold dates, beside which a time of day may have a column of its own. */
export const dateAliases: readonly string[] = ["date", "date_utc", "datum", "dtyyyymmdd"];

/** Names of a time of day beside a date; alone, they hold whole times. */
const clocks: readonly string[] = ["time", "time_utc", "uhrzeit", "zeit", "heure"];

/**
 * Known names of each column in files, best first, in the form of {@link aliasForm}. They are in English, German and
 * French.
 */
export const columnAliases: Readonly<Record<SourceColumn, readonly string[]>> = {
  // WRDS.
  symbol: ["symbol", "ticker", "instrument", "sym_root"],
  timestamp: [
    ...["timestamp", "timestamp_utc", "datetime", "datetime_utc", "date_time", "date/time"],
    ...["open_time", "opentime", "gmt_time", "local_time", "ts", "unix"],
    // Databento, Massive (Polygon), Binance.
    ...["ts_event", "window_start", "sip_timestamp", "transact_time", "transaction_time"],
    ...[...dateAliases, ...clocks, "t"],
  ],
  clock: clocks,
  open: ["open", "o", "eröffnung", "eroeffnung", "eröffnungskurs", "eröffn.", "erster", "ouverture", "ouv"],
  high: ["high", "h", "hoch", "höchst", "tageshoch", "haut", "plus_haut", "+_haut", "+haut"],
  low: ["low", "l", "tief", "tiefst", "tagestief", "bas", "plus_bas", "+_bas", "+bas"],
  close: [
    ...["close", "c", "close/last"],
    ...["schluss", "schluß", "schlusskurs", "schlußkurs", "clôture", "cloture", "clôt", "clot", "fermeture"],
  ],
  price: ["price", "last", "latest", "letzter", "zuletzt", "dernier"],
  volume: [
    ...["volume", "vol", "v"],
    // Beside a number of shares, the volume in a German file is a turnover.
    ...["stück", "stücke", "stueck", "stuecke", "volumen", "umsatz"],
    ...["tickvol", "tick_volume", "tickvolume"],
  ],
  size: ["size", "qty", "quantity", "amount"],
  bid: ["bid", "bid_price", "bidprice", "best_bid_price", "best_bid", "bid_px", "bid_px_00"],
  ask: ["ask", "ask_price", "askprice", "best_ask_price", "best_ask", "ask_px", "ask_px_00", "offer"],
};

/** A name in lower case, without surrounding blanks or `<>` (MetaTrader). */
export function plainName(name: string): string {
  const trimmed = name.trim().toLowerCase();
  return /^<.*>$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

/** The form in which aliases are written: the {@link plainName} with `_` for blanks, in composed characters. */
export function aliasForm(name: string): string {
  return plainName(name).normalize("NFC").replaceAll(/\s+/g, "_");
}
