import { AtcError, fromSystemError, type Plugin, systemFaults, systemNameOf } from "@atc/contract";
import type { InstalledPlugin } from "./installed-plugins.ts";

/** The ATC_UNSUPPORTED for a plugin that does not work. */
export function broken({ packageName, kind, name }: InstalledPlugin, what: string, cause?: unknown): AtcError {
  return new AtcError(
    "ATC_UNSUPPORTED",
    `the package ${packageName} provides the ${kind} "${name}", but ${what}; update or remove it`,
    { details: { kind, name, package: packageName }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** The message of an error, or any other thrown value as text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Imports the package of a plugin. ATC_UNSUPPORTED if that fails, or if the package does not list the plugin. */
export async function loadPlugin(plugin: InstalledPlugin): Promise<Plugin> {
  let module: unknown;
  try {
    module = await import(plugin.entry);
  } catch (error) {
    // A machine without file descriptors or memory is not the fault of the package.
    if (systemFaults.get(systemNameOf(error))?.ofMachine === true)
      throw fromSystemError(error, `cannot load the package ${plugin.packageName}`, "");
    throw broken(plugin, `importing it failed: ${reasonOf(error)}`, error);
  }
  const listed: unknown = typeof module === "object" && module !== null && "default" in module ? module.default : [];
  const found = Array.isArray(listed)
    ? listed.find((one: Plugin) => one.kind === plugin.kind && one.name === plugin.name)
    : undefined;
  if (found === undefined || typeof found.create !== "function")
    throw broken(plugin, "its default export does not list it");
  return found;
}
