import { basename } from "node:path";
import type { DatasetManifest } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { SymbolAppend } from "@atc/datasets";
import type { ReadingOptions } from "./open-source.ts";

/** The symbols of new rows that are the names of their files. */
export function namesOf(
  files: readonly string[],
  { series }: DatasetManifest,
  { sourceOptions = {} }: ReadingOptions,
): ReadonlySet<string> {
  if (sourceOptions["symbol"] !== undefined || sourceOptions["symbolPattern"] !== undefined) return new Set();
  const names = files.map((file) => basename(file));
  const isName = (symbol: string): boolean => names.some((name) => name === symbol || name.startsWith(`${symbol}.`));
  return new Set(series.map(({ symbol }) => symbol).filter(isName));
}

/**
 * Refuses rows of one file whose symbol is the name of the file, if they continue those of the only symbol of the
 * dataset: they may be newer rows of it, or the rows of another one.
 *
 * @throws ATC_INVALID_ARGUMENT
 */
export function checkAddedSymbol(stored: DatasetManifest, added: DatasetManifest, named: ReadonlySet<string>): void {
  const [own, ...others] = stored.series;
  const [fresh, ...more] = added.series;
  if (own === undefined || fresh === undefined || others.length + more.length > 0) return;
  if (fresh.symbol === own.symbol || !named.has(fresh.symbol)) return;
  if (fresh.firstTime <= own.firstTime || fresh.lastTime <= own.lastTime) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the symbol of the rows is "${fresh.symbol}", the name of their file, but they continue those of "${own.symbol}", the only symbol of the dataset "${stored.name}"; give --csv-symbol ${shellWord(own.symbol)} if they are its rows, or --csv-symbol ${shellWord(fresh.symbol)} to add another symbol`,
    { details: { dataset: stored.name, symbol: fresh.symbol, stored: own.symbol } },
  );
}

/** Says which symbols are new because files have their names. */
export function addedNotes(
  { series }: DatasetManifest,
  symbols: readonly SymbolAppend[],
  named: ReadonlySet<string>,
): readonly string[] {
  const fresh = symbols.filter(({ symbol, isNew }) => isNew && named.has(symbol)).map(({ symbol }) => symbol);
  const [first] = fresh;
  if (first === undefined) return [];
  const rest = fresh.length === 1 ? "" : ` and ${fresh.length - 1} more`;
  const were = fresh.length === 1 ? "was" : "were";
  const file = fresh.length === 1 ? "of its file" : "of their files";
  const [only] = series;
  const meant = series.length === 1 && only !== undefined ? shellWord(only.symbol) : "SYMBOL";
  return [
    `"${first}"${rest} ${were} added because it is the name ${file}; rows of another symbol of the dataset need --csv-symbol ${meant}`,
  ];
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
