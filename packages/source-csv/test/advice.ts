import type { CsvOptions } from "../src/index.ts";

/** The value of a source option, as the command line reads it. */
function optionValue(text: string): unknown {
  return /^-?\d/.test(text) ? Number(text) : text;
}

/**
 * The options that a message advises, as if its flags were pasted into a command: those of the first choice, and, for a
 * message that offers several, of the others.
 */
export function advisedOptions(message: string): readonly CsvOptions[] {
  const columns = /--columns (?:'([^']*)'|(\S+))/.exec(message);
  const list = columns?.[1] ?? columns?.[2];
  const named = list === undefined ? {} : { columns: list.split(",") };
  const pairs = [...message.matchAll(/(?:--source-option |, | or )([a-zA-Z]+)=([^\s;,)]+)/g)];
  if (list !== undefined)
    return [{ ...named, ...Object.fromEntries(pairs.map(([, name, value = ""]) => [name, optionValue(value)])) }];
  return pairs.map(([, name = "", value = ""]): CsvOptions => ({ [name]: optionValue(value) }));
}
