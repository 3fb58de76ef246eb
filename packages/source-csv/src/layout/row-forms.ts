/** A form of rows that is recognised without a header: names of its fields, and what all rows must have. */
interface RowForm {
  /** What the rows are, for a note. */
  readonly title: string;
  readonly names: readonly string[];
  /** Counts of fields; the last names are missing if there are fewer. */
  readonly widths: readonly number[];
  readonly isRow: (row: readonly string[]) => boolean;
}

const integer = /^\d+$/;
const decimal = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const epoch = /^1\d{12}$|^1\d{15}$/;
const truth = /^(?:true|false)$/i;

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-6);
}

/** Whether four prices can be open, high, low and close of one bar. */
export function isBar(open: number, high: number, low: number, close: number): boolean {
  return high >= open && high >= close && high >= low && low <= open && low <= close;
}

function isKline(row: readonly string[]): boolean {
  if (!epoch.test(row[0] ?? "") || !epoch.test(row[6] ?? "") || !integer.test(row[8] ?? "")) return false;
  if (!row.every((text) => decimal.test(text))) return false;
  const [start = 0, open = 0, high = 0, low = 0, close = 0, volume = 0, end = 0, , , base = 0] = row.map(Number);
  // A bar ends one unit before the next begins.
  return end > start && (end + 1) % 1000 === 0 && isBar(open, high, low, close) && base <= volume * (1 + 1e-9);
}

function isTrade([id = "", price = "", size = "", turnover = "", time = "", ...flags]: readonly string[]): boolean {
  return (
    integer.test(id) &&
    [price, size, turnover].every((text) => decimal.test(text)) &&
    isClose(Number(price) * Number(size), Number(turnover)) &&
    epoch.test(time) &&
    flags.every((text) => truth.test(text))
  );
}

function isAggregate([
  id = "",
  price = "",
  size = "",
  first = "",
  last = "",
  time = "",
  ...flags
]: readonly string[]): boolean {
  return (
    [id, first, last].every((text) => integer.test(text)) &&
    Number(first) <= Number(last) &&
    [price, size].every((text) => decimal.test(text)) &&
    epoch.test(time) &&
    flags.every((text) => truth.test(text))
  );
}

/** Files of Binance, with the names that its newer files have in their header. */
const forms: readonly RowForm[] = [
  {
    title: "klines of Binance",
    names: [
      ...["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count"],
      ...["taker_buy_volume", "taker_buy_quote_volume", "ignore"],
    ],
    widths: [12],
    isRow: isKline,
  },
  {
    title: "trades of Binance",
    names: ["id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"],
    widths: [6, 7],
    isRow: isTrade,
  },
  {
    title: "aggregate trades of Binance",
    names: [
      ...["agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time"],
      ...["is_buyer_maker", "is_best_match"],
    ],
    widths: [7, 8],
    isRow: isAggregate,
  },
];

/** The names of the fields of rows whose form is certain, and what they are; undefined for all others. */
export function recognisedRows(
  rows: readonly (readonly string[])[],
): { readonly names: readonly string[]; readonly title: string } | undefined {
  const width = rows[0]?.length ?? 0;
  const found = forms.find(
    ({ widths, isRow }) => widths.includes(width) && rows.every((row) => row.length === width && isRow(row)),
  );
  return found && { names: found.names.slice(0, width), title: found.title };
}
