import { AtcError } from "@atc/contract";
import { aliasForm, columnAliases } from "@atc/plugin-kit";
import type { CsvOptions } from "./csv-options.ts";
import { likelyNames } from "./field-guess.ts";
import type { Header } from "./header.ts";
import { isTextField } from "./number-style.ts";
import type { Sample } from "./sample.ts";
import { likelyPattern } from "./wide-names.ts";

/** What to do about an error in the names of a header, in a form that can be pasted; undefined if nothing is likely. */
function advice({ names }: Header, rows: Sample["rows"], options: CsvOptions): string | undefined {
  const isOther = (name: string): boolean => !columnAliases.timestamp.includes(aliasForm(name));
  const others = names.flatMap((name, field) => (isOther(name) ? [field] : []));
  const areNumbers = others.length > 1 && others.every((field) => !isTextField(rows, field, undefined));
  const areSymbols = rows.length > 0 && others.length < names.length && areNumbers;
  const pattern =
    options.wide === undefined ? (likelyPattern(names) ?? (areSymbols ? "{symbol}" : undefined)) : undefined;
  if (pattern !== undefined) {
    const what = pattern === "{symbol}" ? "each column is the close of a symbol" : "these names hold symbols";
    return `if ${what}, give --source-option 'wide=${pattern}'; else name them with the option columns`;
  }
  const pairs = likelyPairs(names, rows);
  return pairs === undefined ? undefined : `name them with the option columns, such as --columns ${pairs}`;
}

/** The likely columns for a time and a price among names that say neither. */
function likelyPairs(names: readonly string[], rows: Sample["rows"]): string | undefined {
  const likely = likelyNames(rows)?.map((name) => (name === "date" ? "timestamp" : name));
  const wanted = likely?.includes("bid") === true ? ["timestamp", "bid", "ask"] : ["timestamp", "close", "price"];
  const pairs = wanted.flatMap((column) => {
    const name = names[likely?.indexOf(column) ?? -1]?.trim() ?? "";
    const isKnown = columnAliases[column as "timestamp"].includes(aliasForm(name));
    return name === "" || isKnown ? [] : [`${column}=${name}`];
  });
  const list = pairs.join();
  if (pairs.length === 0 || pairs.some((pair) => /['",]|=.*=/.test(pair))) return undefined;
  return /^[\w=,.-]+$/.test(list) ? list : `'${list}'`;
}

/** Adds what is likely to an error in the names of a header. */
export function explained(error: unknown, header: Header, rows: Sample["rows"], options: CsvOptions): unknown {
  if (!(error instanceof AtcError) || !/no column for a/.test(error.message)) return error;
  const hint = advice(header, rows, options);
  if (hint === undefined) return error;
  const message = error.message.replace(/name them with the option columns \(--columns .*\)$/, hint);
  return new AtcError(error.code, message, { cause: error, details: error.details });
}
