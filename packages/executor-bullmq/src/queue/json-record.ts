/** The record in a text of Redis; undefined if it is not an object: other programs write there too. */
export function parseRecord(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The first characters of a member that is a text; "" for any other. */
export function textOf(record: Readonly<Record<string, unknown>>, name: string, most: number = 200): string {
  const value = record[name];
  return typeof value === "string" ? value.slice(0, most) : "";
}

/** A member that is a number from 0; 0 for any other. */
export function countOf(record: Readonly<Record<string, unknown>>, name: string): number {
  const value = record[name];
  return typeof value === "number" && value >= 0 ? value : 0;
}
