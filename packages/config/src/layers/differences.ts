import { describeOrigin } from "../faults/origin.ts";
import type { NoEffectKey } from "../keys/no-effect.ts";
import type { Setting } from "./layer.ts";

/** A key that has no effect here, or another one than its name suggests, and the settings of it. */
export interface Difference {
  /** The key in a list: `use_cuda`, `use_cache: false`. */
  readonly shown: string;
  /** What holds instead, as the end of a sentence. */
  readonly reason: string;
  readonly settings: readonly Setting[];
  /** Whether it has an effect, though another one. */
  readonly hasEffect?: true;
}

/** Collects the settings of keys without effect. */
export interface Differences {
  /** Adds a setting of a key; `isFalse` is whether its value means false. */
  add(key: NoEffectKey, setting: Setting, isFalse: boolean): void;
  /** All differences, grouped by reason, in the order of the first of each group. */
  all(): readonly Difference[];
}

/** No differences yet. */
export function createDifferences(): Differences {
  const found = new Map<string, Difference & { readonly settings: Setting[] }>();
  return {
    add(key, setting, isFalse) {
      const whenFalse = isFalse ? key.insteadOfFalse : undefined;
      const shown = whenFalse === undefined ? key.name : `${key.name}: false`;
      const known = found.get(shown);
      if (known !== undefined) known.settings.push(setting);
      else found.set(shown, { shown, reason: whenFalse ?? key.instead, settings: [setting] });
    },
    all: () => [...found.values()],
  };
}

function placesOf(settings: readonly Setting[]): string {
  const lines = settings.flatMap(({ origin }) => (origin.kind === "file" ? [String(origin.line)] : []));
  const others = settings.flatMap(({ origin }) => (origin.kind === "file" ? [] : [describeOrigin(origin)]));
  const inFile = lines.length === 0 ? [] : [`${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}`];
  return [...inFile, ...others].join(", ");
}

/** A line for each reason: the keys with their places, then the reason. */
function groupLines(differences: readonly Difference[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { shown, reason, settings } of differences)
    groups.set(reason, [...(groups.get(reason) ?? []), `${shown} (${placesOf(settings)})`]);
  return Array.from(groups, ([reason, keys]) => `  ${keys.join(", ")}: ${reason}`);
}

/** The one warning about all keys that do something else here than their names suggest, if there are any. */
export function differencesWarning(differences: readonly Difference[]): string | undefined {
  const [first, second] = differences;
  if (first === undefined) return undefined;
  const [setting] = first.settings;
  if (second === undefined && setting !== undefined && first.settings.length === 1)
    return `"${first.shown}" (${describeOrigin(setting.origin)})${first.hasEffect ? "" : " has no effect"}: ${first.reason}`;
  const file = differences.flatMap(({ settings }) => settings).find(({ origin }) => origin.kind === "file")
    ?.origin.file;
  const where = file === undefined ? "" : ` (lines of "${file}")`;
  return [`keys that do not do here what their names say${where}:`, ...groupLines(differences)].join("\n");
}
