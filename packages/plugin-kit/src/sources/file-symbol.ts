import { AtcError } from "@atc/contract";
import { invalidOption } from "../parameters/invalid-option.ts";
import type { SourceOptions } from "./source-options.ts";

/** How a file's name determines the symbol of its rows if no column holds it. */
export interface FileSymbolOptions {
  /**
   * A regular expression to find in the file's name without its folder and extensions. Its group, or the whole match
   * without groups, is the symbol: `^([A-Z]+)-` finds `SPY` in `SPY-1d.csv`. Several groups are joined by `/`:
   * `^([A-Z]+)_([A-Z]+)-` finds `ETH/BTC` in `ETH_BTC-5m`.
   */
  readonly symbolPattern?: string;
}

/**
 * Checks {@link FileSymbolOptions} that may come from a configuration.
 *
 * @throws ATC_INVALID_ARGUMENT if `symbolPattern` is not a regular expression
 */
export function checkFileSymbolOptions(source: string, { symbolPattern }: FileSymbolOptions): void {
  if (symbolPattern !== undefined) expressionOf(source, symbolPattern);
}

function expressionOf(source: string, pattern: unknown): RegExp {
  const refused = invalidOption(source, "symbolPattern", pattern, "a regular expression such as ^([A-Z]+)-");
  if (typeof pattern !== "string" || pattern === "") throw refused;
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    throw Object.assign(refused, { cause });
  }
}

/**
 * The symbol of a file's rows if no column holds it: the option `symbol`, else what `symbolPattern` finds in the name,
 * else the name without its folder and `endings`.
 *
 * @param endings - a regular expression that matches the extensions, which are not part of a symbol
 * @throws ATC_INVALID_DATA if the name does not match the pattern
 */
export function fileSymbol(
  source: string,
  file: string,
  endings: RegExp,
  options: FileSymbolOptions & Pick<SourceOptions, "symbol">,
): string {
  if (options.symbol !== undefined) return options.symbol;
  const name = file.split(/[/\\]/).at(-1) ?? file;
  const stem = name.replace(endings, "") || name;
  if (options.symbolPattern === undefined) return stem;
  const match = expressionOf(source, options.symbolPattern).exec(stem);
  const groups = match?.slice(1).filter((group) => group !== undefined) ?? [];
  const symbol = groups.length > 0 ? groups.join("/") : match?.[0];
  if (symbol !== undefined && symbol !== "") return symbol;
  throw new AtcError(
    "ATC_INVALID_DATA",
    `the name of "${file}" does not match the option symbolPattern "${options.symbolPattern}", so its symbol is unknown; give the option symbol, or leave the file out`,
    { details: { path: file, option: "symbolPattern" } },
  );
}
