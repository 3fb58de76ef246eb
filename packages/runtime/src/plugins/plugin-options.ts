import { AtcError, nearest } from "@atc/contract";
import type { InstalledPlugin } from "./installed-plugins.ts";

/** Options that the host itself gives to every source. */
const hostOptions: Readonly<Record<string, readonly string[]>> = { source: ["path", "input"] };

/** The option name by which a manifest declares that its plugin hands on options of other plugins. */
const anyOption = "*";

/** Whether a plugin's manifest declares an option. */
export function takesOption({ kind, options }: InstalledPlugin, name: string): boolean {
  const names = [...Object.keys(options), ...(hostOptions[kind] ?? [])];
  return names.includes(name) || names.includes(anyOption);
}

/** The options that a plugin's manifest declares, of those that the runtime has for its kind. */
export function declaredOptions(
  plugin: InstalledPlugin,
  offered: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(offered).filter(([name]) => takesOption(plugin, name)));
}

/** Throws ATC_INVALID_ARGUMENT for the first option that is given and that the plugin's manifest does not declare. */
export function checkOptions(plugin: InstalledPlugin, given: unknown): void {
  if (typeof given !== "object" || given === null) return;
  const members = Object.entries(given).filter(([, value]) => value !== undefined);
  const unknown = members.map(([name]) => name).find((name) => !takesOption(plugin, name));
  if (unknown !== undefined) throw undeclared(plugin, unknown);
}

function undeclared({ kind, name, packageName, options }: InstalledPlugin, option: string): AtcError {
  const declared = Object.keys(options);
  const meant = nearest(option, declared);
  const details = { kind, name, package: packageName, option, declared };
  const text =
    declared.length === 0
      ? `its package.json declares no options; leave it out, or declare it in ${packageName} under atc.plugins`
      : `${meant === undefined ? "its" : `did you mean "${meant}"? Its`} options: ${declared.join(", ")}`;
  return new AtcError("ATC_INVALID_ARGUMENT", `the ${kind} "${name}" has no option "${option}"; ${text}`, {
    details: { ...details, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}
