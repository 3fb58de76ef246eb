import { AtcError } from "@atc/contract";
import { configKeys } from "@atc/runtime";
import type { Invocation } from "../invocation/invocation.ts";

type Options = Readonly<Record<string, unknown>>;

/** Collects an option that may be repeated. */
export function listed(value: string, former: readonly string[] = []): readonly string[] {
  return [...former, value];
}

/** The text of an option; undefined if it is not given. */
export function textOf(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The texts of an option that may be repeated; undefined if it is not given. */
export function textsOf(options: Options, name: string): readonly string[] | undefined {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : undefined;
}

/**
 * A whole number of 1 or more; undefined if it is not given.
 *
 * @throws ATC_INVALID_ARGUMENT for another text
 */
export function countOf(options: Options, name: string, flag: string): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give a whole number of 1 or more`, {
    details: { flag, value: text },
  });
}

/** Remarks on options that an axis replaces: a value for the same key in a configuration file is usual. */
export function sayReplaced(
  { runtime, say }: Pick<Invocation, "runtime" | "say">,
  axes: readonly { readonly keys: readonly string[] }[],
): void {
  const { origins } = runtime.loaded;
  const swept = new Set(axes.flatMap(({ keys }) => keys));
  for (const { name, flag } of configKeys)
    if (swept.has(name) && origins[name]?.kind === "flag") say(`${flag} has no effect, because ${name} is an axis`);
}
