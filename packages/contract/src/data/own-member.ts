/**
 * The member of `table` that a text of a user names; undefined if the table has no such member of its own. Plain indexing also finds what every object
 * inherits: `constructor`, `toString`, `__proto__`.
 */
export function ownMember<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
