import { nearest } from "@atc/contract";
import type { ConfigKey } from "./config-key.ts";
import { configKeys, flagOf, variableOf } from "./config-key.ts";
import type { NoEffectKey } from "./no-effect.ts";
import { noEffectKeys } from "./no-effect.ts";

/** The meaning of a spelling: a key, or one without effect. */
export type Meaning = ConfigKey | NoEffectKey;

/** Whether `meaning` is a key of the configuration and not one without effect. */
export function isConfigKey(meaning: Meaning): meaning is ConfigKey {
  return "kind" in meaning;
}

const spellings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...configKeys.flatMap((key) => [key.name, ...key.pythonNames].map((name): [string, Meaning] => [name, key])),
  ...noEffectKeys.map((key): [string, Meaning] => [key.name, key]),
]);

const flags: ReadonlyMap<string, Meaning> = new Map(
  Array.from(spellings, ([name, meaning]): [string, Meaning] => [flagOf(name), meaning]),
);

const variables: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...noEffectKeys.map((key): [string, Meaning] => [variableOf(key.name), key]),
  ...configKeys.flatMap((key) =>
    [key.variable, ...key.pythonNames.map(variableOf)].map((variable): [string, Meaning] => [variable, key]),
  ),
]);

/** The spellings of keys in a layer. */
export interface Spelling {
  /** The key of a spelling, or undefined. */
  meaning(spelling: string): Meaning | undefined;
  /** The known spelling that is most similar to an unknown one. */
  nearest(spelling: string): string | undefined;
}

/** Keys in objects and files: `feeBps`, `fee_bps`. */
export const nameSpelling: Spelling = {
  meaning: (spelling) => spellings.get(spelling),
  nearest: (spelling) => nearest(spelling, spellings.keys()),
};

/** Environment variables: `ATC_FEE_BPS`. */
export const variableSpelling: Spelling = {
  meaning: (spelling) => variables.get(spelling),
  nearest: (spelling) => nearest(spelling, variables.keys()),
};

/** Command-line options, spelled as names or with hyphens: `feeBps`, `fee_bps`, `fee-bps`, `--fee-bps`. */
export const flagSpelling: Spelling = {
  meaning: (spelling) => spellings.get(spelling) ?? flags.get(spelling.startsWith("--") ? spelling : `--${spelling}`),
  nearest: (spelling) => nearest(flagOf(spelling.replace(/^--/, "")), flags.keys()),
};
