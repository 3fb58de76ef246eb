/**
 * The own member `name` of `table`, or undefined. Use it for names from users: plain indexing also finds inherited
 * members such as `constructor` and `__proto__`.
 */
export function ownMember<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
