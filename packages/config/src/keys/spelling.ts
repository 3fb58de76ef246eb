import { nearest } from "@atc/contract";
import type { ConfigKey } from "./config-key.ts";
import { configKeys, flagOf, variableOf } from "./config-key.ts";
import type { ConvertedName } from "./converted-names.ts";
import { convertedNames } from "./converted-names.ts";
import type { NoEffectKey } from "./no-effect.ts";
import { noEffectKeys } from "./no-effect.ts";
import { sectionNames } from "./sections.ts";

/** The meaning of a spelling: a key, a key in another unit, or one without effect. */
export type Meaning = ConfigKey | ConvertedName | NoEffectKey;

/** Whether `meaning` is a key of the configuration, in its own unit. */
export function isConfigKey(meaning: Meaning): meaning is ConfigKey {
  return "kind" in meaning;
}

/** Whether `meaning` is a key of the configuration in another unit. */
export function isConverted(meaning: Meaning): meaning is ConvertedName {
  return "factor" in meaning;
}

/** Whether `meaning` is a key of another part of the Python program. */
export function isForeign(meaning: Meaning): boolean {
  return "isForeign" in meaning && meaning.isForeign === true;
}

const spellings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...configKeys.flatMap((key) => [key.name, ...key.pythonNames].map((name): [string, Meaning] => [name, key])),
  ...[...convertedNames, ...noEffectKeys].map((key): [string, Meaning] => [key.name, key]),
]);

/** Spellings that mean the same in every layer. */
const general: ReadonlyMap<string, Meaning> = new Map(
  [...spellings].filter(([, meaning]) => !isForeign(meaning) && !("section" in meaning)),
);

const flags: ReadonlyMap<string, Meaning> = new Map(
  Array.from(general, ([name, meaning]): [string, Meaning] => [flagOf(name), meaning]),
);

const variables: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...Array.from(general, ([name, meaning]): [string, Meaning] => [variableOf(name), meaning]),
  ...configKeys.map((key): [string, Meaning] => [key.variable, key]),
]);

/** The spellings of keys in a layer. */
export interface Spelling {
  /** The key of a spelling, at the top level or in a section; undefined if there is none. */
  meaning(spelling: string, section?: string): Meaning | undefined;
  /** The known spelling that is most similar to an unknown one. */
  nearest(spelling: string, section?: string): string | undefined;
}

/** Whether a spelling is accepted at a place: at the top level, or in a section. */
function isAccepted(meaning: Meaning | undefined, section: string | undefined): meaning is Meaning {
  if (meaning === undefined) return false;
  if (isForeign(meaning)) return section === undefined;
  return !("section" in meaning) || meaning.section === section;
}

/** Keys in objects and files: `feeBps`, `fee_bps`. */
export const nameSpelling: Spelling = {
  meaning(spelling, section) {
    const found = spellings.get(spelling);
    return isAccepted(found, section) ? found : undefined;
  },
  nearest(spelling, section) {
    const accepted = [...spellings].filter(([, meaning]) => isAccepted(meaning, section));
    const names = accepted.map(([name]) => name);
    return nearest(spelling, section === undefined ? [...names, ...sectionNames] : names);
  },
};

/** Environment variables: `ATC_FEE_BPS`. */
export const variableSpelling: Spelling = {
  meaning: (spelling) => variables.get(spelling),
  nearest: (spelling) => nearest(spelling, variables.keys()),
};

/** Command-line options, spelled as names or with hyphens: `feeBps`, `fee_bps`, `fee-bps`, `--fee-bps`. */
export const flagSpelling: Spelling = {
  meaning: (spelling) => general.get(spelling) ?? flags.get(spelling.startsWith("--") ? spelling : `--${spelling}`),
  nearest: (spelling) => nearest(flagOf(spelling.replace(/^--/, "")), flags.keys()),
};
