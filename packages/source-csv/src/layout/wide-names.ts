import { aliasForm, columnAliases } from "@atc/plugin-kit";

/** The columns of a file whose rows hold several symbols. */
export interface WideNames {
  /** The name of each column without its symbol. */
  readonly names: readonly string[];
  /** The symbol of each column; undefined for the columns that all share, such as the time. */
  readonly symbols: readonly (string | undefined)[];
}

const fieldForms: ReadonlySet<string> = new Set([
  ...(["open", "high", "low", "close", "price", "volume", "size"] as const).flatMap((column) => columnAliases[column]),
  ...["adj_close", "adjusted_close", "adjclose", "adj._close"],
]);

/** Whether a text names a value of a bar or a tick. Letters alone may be anything. */
export function isFieldName(text: string): boolean {
  return text.trim().length > 1 && fieldForms.has(aliasForm(text));
}

/** Splits a name into its symbol and its field; undefined if it is the name of a shared column. */
type Split = (name: string) => readonly [symbol: string, field: string] | undefined;

/** `('Close', 'AAPL')`: the names that pandas makes of two rows of names. */
const tuple = /^\(\s*(['"])(.*?)\1\s*,\s*(['"])(.*?)\3\s*\)$/;

/** The forms that can mean nothing else: `BTC:open`, and the tuples of pandas. */
const splitCertain: Split = (name) => {
  const [, , first, , second] = tuple.exec(name.trim()) ?? [];
  if (first !== undefined && second !== undefined) {
    if (isFieldName(first) && second !== "") return [second, first];
    return isFieldName(second) && first !== "" ? [first, second] : undefined;
  }
  const at = name.lastIndexOf(":");
  const symbol = name.slice(0, at).trim();
  // The sides of a quote are not symbols.
  const isSide = /^(?:bid|ask|mid)$/i.test(symbol);
  return at > 0 && symbol !== "" && !isSide && isFieldName(name.slice(at + 1))
    ? [symbol, name.slice(at + 1)]
    : undefined;
};

/** Splits by a pattern such as `{symbol}_{field}`. Of several ways, the one with the longest field. */
function splitBy(pattern: string): Split {
  const [before = "", between = "", after = ""] = pattern.split(/\{symbol\}|\{field\}/);
  const isSymbolFirst = pattern.indexOf("{symbol}") < pattern.indexOf("{field}");
  if (!pattern.includes("{field}"))
    return (name) => {
      const text = name.trim();
      const symbol = text.slice(before.length, text.length - between.length);
      const isShared = text === "" || [...columnAliases.timestamp, ...columnAliases.clock].includes(aliasForm(text));
      return !isShared && text.startsWith(before) && text.endsWith(between) && symbol !== ""
        ? [symbol, "close"]
        : undefined;
    };
  return (name) => {
    const text = name.trim();
    if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
    const inner = text.slice(before.length, text.length - after.length);
    const found: (readonly [string, string])[] = [];
    for (let at = inner.indexOf(between, 1); at > 0; at = inner.indexOf(between, at + 1)) {
      const parts = [inner.slice(0, at), inner.slice(at + between.length)] as const;
      const [symbol, field] = isSymbolFirst ? parts : ([parts[1], parts[0]] as const);
      if (symbol !== "" && isFieldName(field)) found.push([symbol, field]);
    }
    return found.sort((a, b) => b[1].length - a[1].length)[0];
  };
}

/** Whether a text is a pattern for the option `wide`. */
export function isWidePattern(text: unknown): boolean {
  return (
    typeof text === "string" &&
    /^[^{}]*(?:\{symbol\}|\{symbol\}[^{}]+\{field\}|\{field\}[^{}]+\{symbol\})[^{}]*$/.test(text)
  );
}

/** Names of a header as columns of several symbols; undefined unless some name both a symbol and a price. */
export function wideNames(names: readonly string[], pattern: string | undefined): WideNames | undefined {
  const split = pattern === undefined ? splitCertain : splitBy(pattern);
  const parts = names.map(split);
  if (!parts.some((part) => part !== undefined)) return undefined;
  return {
    names: names.map((name, field) => parts[field]?.[1].trim() ?? name),
    symbols: parts.map((part) => part?.[0].trim()),
  };
}

/**
 * The option `wide` that would read a header whose names seem to hold symbols, such as `BTC_open`; undefined if none
 * would. The names alone do not decide that: `spot_close` may be no symbol.
 */
export function likelyPattern(names: readonly string[]): string | undefined {
  for (const mark of ["_", " ", "-", ".", "/"])
    for (const pattern of [`{symbol}${mark}{field}`, `{field}${mark}{symbol}`]) {
      const split = splitBy(pattern);
      const parts = names.flatMap((name) => [split(name) ?? []].filter((part) => part.length > 0));
      const symbols = new Set(parts.map(([symbol]) => symbol));
      const closes = parts.filter(([, field = ""]) => columnAliases.close.includes(aliasForm(field)));
      if (closes.length > 0 && new Set(closes.map(([symbol]) => symbol)).size === symbols.size) return pattern;
    }
  return undefined;
}
