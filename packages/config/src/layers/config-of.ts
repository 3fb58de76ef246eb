import type { AtcConfig } from "../keys/atc-config.ts";
import { configDefaults, configNames } from "../keys/parameters.ts";
import type { Settings } from "../keys/settings-schema.ts";

/** Settings as a configuration: the word `none` becomes undefined if the member is absent by default. */
export function configOf(settings: Settings): AtcConfig {
  const members = configNames.map((name) => {
    const value = settings[name];
    return [name, value === "none" && configDefaults[name] === undefined ? undefined : value];
  });
  return Object.fromEntries(members) as unknown as AtcConfig;
}
