import { configKeys } from "@atc/runtime";

/** The flags of options that messages of the libraries name as code does. */
const readingFlags: Readonly<Record<string, string>> = {
  adjust: "--adjust",
  badRows: "--bad-rows",
  columns: "--columns",
  dropAppended: "--drop-appended",
  duplicates: "--duplicates",
  memoryBytes: "--memory",
  name: "--name",
  price: "--price",
  reread: "--reread",
  separator: "--separator",
  source: "--source",
  sql: "--sql",
  symbol: "--csv-symbol",
  timeZone: "--time-zone",
};

/** Names that are unmistakable outside of "the option NAME": they have a capital letter. */
const flags = new Map([
  ...Object.entries(readingFlags).filter(([name]) => /[A-Z]/.test(name)),
  ...configKeys.filter(({ name }) => /[A-Z]/.test(name)).map(({ name, flag }) => [name, flag] as const),
]);

/** Options of sources whose values messages advise. */
const sourceOptions = new Set(["dateOrder", "timeUnit", "timestampUnit"]);

const camelName = "[a-z]+(?:[A-Z][a-z]+)+";

/** A name and a value as a command line has them; undefined if the name is not one of an option. */
function flagOf(name: string, value: string): string | undefined {
  const flag = flags.get(name);
  if (flag !== undefined) return `${flag} ${value}`;
  return sourceOptions.has(name) ? `--source-option ${name}=${value}` : undefined;
}

/**
 * A message of the libraries in the words of the command line. They name options as code does, such as
 * `the option columns` or `badRows "skip"`; the command has flags for them.
 */
export function withFlags(message: string): string {
  return message
    .replaceAll(/the option (?:[a-zA-Z]+) \((--[^()]*)\)/g, "$1")
    .replaceAll(/the option ([a-z][a-zA-Z]*)(?: ?"([^"]*)")?/g, (whole, name: string, value: string | undefined) => {
      if (Object.hasOwn(readingFlags, name)) return `${readingFlags[name]}${value === undefined ? "" : ` "${value}"`}`;
      // A word of prose follows.
      if (/^(?:is|that|of|has|to)$/.test(name)) return whole;
      return value === undefined ? `--source-option ${name}=...` : `--source-option ${name}=${value}`;
    })
    .replaceAll(new RegExp(`(${camelName}) "[^"]*" \\((--[^()]*)\\)`, "g"), (whole, name: string, advice: string) =>
      flagOf(name, "") === undefined ? whole : advice,
    )
    .replaceAll(
      new RegExp(`\\b(${camelName}) (?:to )?"([\\w-]+)"(?: or "([\\w-]+)")?`, "g"),
      (whole, name: string, first: string, second: string | undefined) => {
        const flag = flagOf(name, first);
        if (flag === undefined) return whole;
        return second === undefined ? flag : `${flag} or ${flagOf(name, second)}`;
      },
    )
    .replaceAll("(memoryBytes)", "(--memory)")
    .replaceAll(/\bmemoryBytes is\b/g, "--memory is")
    .replaceAll(/\bset --/g, "use --");
}
