import { configKeys } from "@atc/runtime";

/** Groups of keys that no figure depends on. */
const ofNoFigure: ReadonlySet<string> = new Set(["data", "storage"]);

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value ?? "none");
  return Object.entries(value)
    .map(([name, part]) => `${name}=${String(part)}`)
    .join(",");
}

/**
 * The keys of a configuration whose values differ from the defaults, with those values: `stopLoss 0.1`. Keys on which
 * no figure depends, and those of `shown`, are left out.
 */
export function changedSettings(
  config: Readonly<Record<string, unknown>>,
  shown: readonly string[],
): readonly string[] {
  return configKeys.flatMap(({ name, group, default: usual }) => {
    const value = config[name] ?? "none";
    const isUsual = JSON.stringify(value) === JSON.stringify(usual);
    return isUsual || ofNoFigure.has(group) || shown.includes(name) ? [] : [`${name} ${textOf(value)}`];
  });
}
