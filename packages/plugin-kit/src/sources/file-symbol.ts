import { AtcError } from "@atc/contract";
import { invalidOption, type SourceOptions } from "./source-options.ts";

/** How a file's name gives the symbol of its rows, where no column holds it. */
export interface FileSymbolOptions {
  /**
   * A regular expression that is looked for in the file's name without its folder and endings: its first group, or all of the match where it has none, is the
   * symbol, such as `^([A-Z]+)-` of `SPY-1d.csv`. Several groups are joined by `/`: `^([A-Z]+)_([A-Z]+)-` makes `ETH/BTC` of `ETH_BTC-5m`.
   */
  readonly symbolPattern?: string;
}

/**
 * Checks {@link FileSymbolOptions}, which come from configurations too.
 *
 * @throws ATC_INVALID_ARGUMENT for what is no regular expression
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
 * The symbol of a file's rows where no column holds it: the option `symbol`, else what `symbolPattern` finds in the name, else the name without
 * its folder and `endings`.
 *
 * @param endings - a regular expression for the endings that are no part of a symbol
 * @throws ATC_INVALID_DATA where the pattern is not found in the name
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
    `the name of "${file}" does not fit the option symbolPattern "${options.symbolPattern}", so it tells no symbol; give the option symbol, or leave the file out`,
    { details: { path: file, option: "symbolPattern" } },
  );
}
