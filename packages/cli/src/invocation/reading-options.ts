import type { JsonValue } from "@atc/contract";
import { AtcError } from "@atc/contract";
import { parseByteSize } from "@atc/plugin-kit";
import type { DataOptions, RuntimeOptions } from "@atc/runtime";

/** The value of an option that must be one of `choices`; undefined if it is not given. */
export function choice<Choice extends string>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  flag: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const found = choices.find((one) => one === value);
  if (found === undefined) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${String(value)}"; use one of: ${choices.join(", ")}`, {
      details: { flag, value: String(value) },
    });
  }
  return found;
}

/** Parses bytes such as `256MB`, `1 GiB`, `1048576`. */
export function parseBytes(text: string, flag: string): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give bytes such as 256MB or 1GiB`, {
    details: { flag, value: text },
  });
}

/**
 * The texts of a list, between commas. A text in double quotes may hold commas, and two quotes for one; blanks around a
 * text are left out unless they are in quotes: `"BRK B","A,B","say ""hi"""`.
 */
function listed(text: string, flag: string): readonly string[] {
  const list: string[] = [];
  let rest = text;
  for (;;) {
    const [whole, quoted, plain] = /^\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/.exec(rest) ?? [""];
    if (quoted === undefined && plain?.trimStart().startsWith('"') === true)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `${flag} is "${text}", in which a quote is not closed or text follows it; put a name with commas or quotes in double quotes, and write two quotes for one in it, such as '"A,B","say ""hi"""'`,
        { details: { flag, value: text } },
      );
    list.push(quoted?.replaceAll('""', '"') ?? plain?.trim() ?? "");
    rest = rest.slice(whole.length);
    if (rest === "") return list;
    rest = rest.slice(1);
  }
}

/** The symbols of `--symbols`; undefined if it is not given. */
export function symbolList(options: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const { symbols } = options;
  return typeof symbols === "string" ? listed(symbols, "--symbols") : undefined;
}

/** The symbol of `--symbols` for a command that takes one; undefined if it is not given. */
export function oneSymbol(options: Readonly<Record<string, unknown>>): string | undefined {
  const symbols = symbolList(options);
  if (symbols === undefined || symbols.length === 1) return symbols?.[0];
  throw new AtcError("ATC_INVALID_ARGUMENT", `--symbols names ${symbols.length} symbols; this command takes one`, {
    details: { flag: "--symbols", value: String(options["symbols"]) },
  });
}

function columnNames(text: string): JsonValue {
  // Without "=" it is a header for a file that has none.
  if (!text.includes("=")) return text.split(",").map((name) => name.trim());
  const pairs = text.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
  for (const pair of pairs) {
    if (pair.length !== 2 || pair.some((part) => part === "")) {
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `--columns is "${text}"; write ours=theirs pairs such as close=Last,volume=Vol`,
        { details: { flag: "--columns", value: text } },
      );
    }
  }
  return Object.fromEntries(pairs) as Record<string, string>;
}

/**
 * The value of a source option: JSON for a number, `true`, `false`, a list, an object or a quoted text; any other text
 * as it is.
 */
function optionValue(text: string): JsonValue {
  if (!/^(-?\d|true$|false$|[[{"])/.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function givenOptions(given: unknown): Record<string, JsonValue> {
  const options = new Map<string, JsonValue>();
  for (const pair of Array.isArray(given) ? (given as readonly string[]) : []) {
    const at = pair.indexOf("=");
    if (at < 1)
      throw new AtcError("ATC_INVALID_ARGUMENT", `--source-option is "${pair}"; write name=value such as extra=drop`, {
        details: { flag: "--source-option", value: pair },
      });
    options.set(pair.slice(0, at).trim(), optionValue(pair.slice(at + 1)));
  }
  return Object.fromEntries(options);
}

/** The number of slots of a worker; undefined if it is not given. */
export function slotCount({ concurrency }: Readonly<Record<string, unknown>>): number | undefined {
  if (concurrency === undefined) return undefined;
  const count = Number(concurrency);
  if (Number.isInteger(count) && count >= 1 && count <= 1024) return count;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `--concurrency is "${String(concurrency)}"; give a whole number from 1 to 1024`,
    { details: { flag: "--concurrency", value: String(concurrency) } },
  );
}

/** How files are read, from the options of `withReading`. */
export function readingOptions(options: Readonly<Record<string, unknown>>): DataOptions {
  const badRows = choice(options, "badRows", "--bad-rows", ["error", "skip", "nan"]);
  const duplicates = choice(options, "duplicates", "--duplicates", ["keep-all", "keep-last", "keep-first", "error"]);
  const { name, csvSymbol, separator, columns, timeZone, memory, source, sql, sourceOption } = options;
  const price = choice(options, "price", "--price", ["mid", "bid", "ask"]);
  return {
    sourceOptions: {
      ...(badRows === undefined ? {} : { badRows }),
      ...(typeof csvSymbol === "string" ? { symbol: csvSymbol } : {}),
      ...(typeof separator === "string"
        ? { separator: separator === "\\t" || separator === "tab" ? "\t" : separator }
        : {}),
      ...(typeof columns === "string" ? { columns: columnNames(columns) } : {}),
      ...(typeof timeZone === "string" ? { timeZone } : {}),
      ...(price === undefined ? {} : { price }),
      ...givenOptions(sourceOption),
    },
    ...(typeof options["adjust"] === "boolean" ? { adjust: options["adjust"] } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof source === "string" ? { source } : {}),
    ...(typeof sql === "string" ? { sql } : {}),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(typeof memory === "string" ? { memoryBytes: parseBytes(memory, "--memory") } : {}),
    ...(options["reread"] === true ? { reread: true } : {}),
    ...(options["dropAppended"] === true ? { dropAppended: true } : {}),
  };
}

/** The number of threads, from `--threads`. */
export function threadOptions(options: Readonly<Record<string, unknown>>): Pick<RuntimeOptions, "threads"> {
  const { threads } = options;
  const count = typeof threads === "string" ? Number(threads) : undefined;
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 1024)) {
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `--threads is "${String(threads)}"; give a whole number from 1 to 1024`,
      { details: { flag: "--threads", value: String(threads) } },
    );
  }
  return count === undefined ? {} : { threads: count };
}
