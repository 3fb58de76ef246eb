import type { SweepDefinition } from "./sweep-definition.ts";

/** An expression that must be true, and its place. */
export interface Condition {
  readonly text: string;
  readonly origin: string;
}

/** The conditions of a definition. */
export function conditionsOf(definition: SweepDefinition, name: "where" | "require"): readonly Condition[] {
  const { [name]: given, origins = {} } = definition;
  if (given === undefined) return [];
  if (typeof given === "string") return [{ text: given, origin: origins[name] ?? name }];
  return given.map((text, index) => ({ text, origin: origins[`${name}.${index}`] ?? origins[name] ?? name }));
}
