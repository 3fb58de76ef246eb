/** `fast=10`, up to a comma or the end. A value with commas is in double quotes, with two quotes for one. */
const piece = /\s*([^",=\s]+)\s*=\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/y;

/**
 * Parses values by name: `fast=10,mode="a,b"`. They stay texts, because only the strategy knows their kinds. Undefined
 * if the text has another form or a name occurs twice.
 */
export function valuesOf(text: string): Readonly<Record<string, string>> | undefined {
  const values = new Map<string, string>();
  piece.lastIndex = 0;
  for (let comma = text === "" ? "" : ","; comma !== ""; ) {
    const [, name = "", quoted, plain = "", end = ""] = piece.exec(text) ?? [];
    if (name === "" || values.has(name)) return undefined;
    values.set(name, quoted?.replaceAll('""', '"') ?? plain.trim());
    comma = end;
  }
  return Object.fromEntries(values);
}

/** Values as text that an option accepts: `fast=10,slow=50`. */
export function valuesText(values: object): string {
  const quoted = (value: string): string => (/[",]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return Object.entries(values)
    .map(([name, value]: [string, unknown]) => `${name}=${quoted(String(value))}`)
    .join(",");
}
