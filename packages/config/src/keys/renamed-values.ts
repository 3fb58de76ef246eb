import type { ConfigName } from "./atc-config.ts";

/** Former names of packages, with their present names. */
export const renamedPackages: ReadonlyMap<string, string> = new Map([["@atc/filter-numeric", "@atc/codec-numeric"]]);

/** Former names of plugins and packages, with their present names, by key. */
const renamed: Readonly<Partial<Record<ConfigName, ReadonlyMap<string, string>>>> = {
  compressionAlgorithm: new Map([
    ["filter-numeric", "numeric"],
    ["@atc/filter-numeric", "numeric"],
  ]),
  plugins: new Map([...renamedPackages, ["filter-numeric", "@atc/codec-numeric"]]),
};

/** A former name in the value of a key. */
export interface FormerName {
  /** The former name. */
  readonly former: string;
  /** The present one. */
  readonly present: string;
  /** Its index, if the value is a list. */
  readonly index?: number;
}

/** The first former name in the value of a key, if any. */
export function formerName(key: ConfigName, value: unknown): FormerName | undefined {
  const names = renamed[key];
  const find = (text: unknown): string | undefined => (typeof text === "string" ? names?.get(text) : undefined);
  if (!Array.isArray(value)) {
    const present = find(value);
    return present === undefined ? undefined : { former: String(value), present };
  }
  const index = value.findIndex((member) => find(member) !== undefined);
  const present = find(value[index]);
  return present === undefined ? undefined : { former: String(value[index]), present, index };
}
