import { AtcError } from "@atc/contract";
import type { DataOptions, RuntimeOptions } from "@atc/runtime";

function choice<Choice extends string>(
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

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 2 ** 20,
  g: 1e9,
  gb: 1e9,
  gib: 2 ** 30,
};

/** Bytes of a text such as `256MB`, `1 GiB`, `1048576`. */
export function parseBytes(text: string, flag: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = byteUnits[unit?.toLowerCase() ?? "?"];
  const bytes = digits === undefined || factor === undefined ? Number.NaN : Math.round(Number(digits) * factor);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give bytes such as 256MB or 1GiB`, {
      details: { flag, value: text },
    });
  }
  return bytes;
}

function columnMap(text: string): Readonly<Record<string, string>> {
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

/** How a file is read, by the options of `withReading`. */
export function readingOptions(options: Readonly<Record<string, unknown>>): DataOptions {
  const badRows = choice(options, "badRows", "--bad-rows", ["error", "skip", "nan"]);
  const duplicates = choice(options, "duplicates", "--duplicates", ["keep-all", "keep-last", "keep-first", "error"]);
  const { name, csvSymbol, separator, columns, memory } = options;
  return {
    csv: {
      ...(badRows === undefined ? {} : { badRows }),
      ...(typeof csvSymbol === "string" ? { symbol: csvSymbol } : {}),
      ...(typeof separator === "string"
        ? { separator: separator === "\\t" || separator === "tab" ? "\t" : separator }
        : {}),
      ...(typeof columns === "string" ? { columns: columnMap(columns) } : {}),
    },
    ...(typeof name === "string" ? { name } : {}),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(typeof memory === "string" ? { memoryBytes: parseBytes(memory, "--memory") } : {}),
    ...(options["force"] === true ? { force: true } : {}),
  };
}

/** Milliseconds of a text that counts days. */
export function parseDays(text: string, flag: string): number {
  const days = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(days) || days < 0) {
    throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give days such as 7 or 0.5`, {
      details: { flag, value: text },
    });
  }
  return days * 86_400_000;
}

/** Where symbols are computed, by the options of `atc backtest`. */
export function executorOptions(
  options: Readonly<Record<string, unknown>>,
): Pick<RuntimeOptions, "executor" | "threads"> {
  const executor = choice(options, "executor", "--executor", ["worker", "inline"]);
  const { threads } = options;
  const count = typeof threads === "string" ? Number(threads) : undefined;
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 1024)) {
    throw new AtcError(
      "ATC_INVALID_ARGUMENT",
      `--threads is "${String(threads)}"; give a whole number from 1 to 1024`,
      { details: { flag: "--threads", value: String(threads) } },
    );
  }
  return { ...(executor === undefined ? {} : { executor }), ...(count === undefined ? {} : { threads: count }) };
}
