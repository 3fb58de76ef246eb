import { decimalOf } from "./decimal.ts";

/** `AAA=0.5`, up to a comma or the end. What follows the last equals sign is the share, so that `EURUSD=X=1` works. */
const piece = /\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))=([^",=]*)(,|$)/y;

/**
 * Parses shares by symbol: `AAA=0.5,BBB=0.3`. A symbol with commas or quotes is in double quotes, as in `--symbols`.
 * Undefined if the text has another form, a share is not a number, or a symbol occurs twice.
 */
export function sharesOf(text: string): Readonly<Record<string, number>> | undefined {
  const shares = new Map<string, number>();
  piece.lastIndex = 0;
  for (let comma = ","; comma !== ""; ) {
    const [, quoted, plain = "", number = "", end = ""] = piece.exec(text) ?? [];
    const symbol = quoted?.replaceAll('""', '"') ?? plain.trim();
    const share = decimalOf(number);
    if (symbol === "" || share === undefined || shares.has(symbol)) return undefined;
    shares.set(symbol, share);
    comma = end;
  }
  return Object.fromEntries(shares);
}

/** Shares as text that an option accepts: `AAA=0.5,BBB=0.3`. */
export function sharesText(shares: object): string {
  const quoted = (symbol: string): string =>
    /[",]|^\s|\s$/.test(symbol) ? `"${symbol.replaceAll('"', '""')}"` : symbol;
  const pieces = Object.entries(shares).map(([symbol, share]: [string, unknown]) => `${quoted(symbol)}=${share}`);
  return pieces.join(",");
}
