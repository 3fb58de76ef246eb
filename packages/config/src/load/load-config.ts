import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { invalidConfig } from "../faults/config-fault.ts";
import type { Origin } from "../faults/origin.ts";
import type { AtcConfig, ConfigName } from "../keys/atc-config.ts";
import { configKeys } from "../keys/config-key.ts";
import { configOf } from "../layers/config-of.ts";
import { crossFieldFaults } from "../layers/cross-field.ts";
import type { Layer } from "../layers/layer.ts";
import { environmentLayer, flagLayer, objectLayer } from "../layers/layer.ts";
import type { Resolution } from "../layers/resolve-layers.ts";
import { resolveLayers } from "../layers/resolve-layers.ts";
import { createTrust } from "../trust/trust.ts";
import type { FoundFile } from "./find-config-file.ts";
import { findConfigFile, readConfigFile } from "./find-config-file.ts";

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions {
  /** The working directory, in which the search for a file starts. Defaults to the process's. */
  readonly cwd?: string | undefined;
  /** The file to read; `false` for none. Default: search for one. */
  readonly file?: string | false | undefined;
  /** Keys and values from code: the lowest layer above the defaults. */
  readonly object?: unknown;
  /** Environment variables, of which those that start with `ATC_` count. Defaults to the process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Command-line options, spelled `feeBps`, `fee_bps` or `fee-bps`: the highest layer. Undefined and null members are
   * ignored.
   */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether rules between keys are left to the caller, which varies keys: a sweep over `size` has the size that
   * `sizing` needs. Default: false.
   */
  readonly defersRules?: boolean | undefined;
}

/** An effective configuration and its origins. */
export interface LoadedConfig {
  /** Every key, frozen; `cacheDir`, `dataDir` and `runsDir` are absolute. */
  readonly config: AtcConfig;
  /** Where each value came from. */
  readonly origins: Readonly<Record<ConfigName, Origin>>;
  /** Messages for the user: keys without effect, unknown variables, ignored files. */
  readonly warnings: readonly string[];
  /** Absolute path of the file that was read, if any. */
  readonly file?: string;
  /**
   * The base of relative folders in the file, the object and the defaults: the file's folder, else the working
   * directory.
   */
  readonly directory: string;
}

/** The absolute path of a folder. A leading `~` is the home directory, because no shell expands it in a file. */
function absolute(folder: string, base: string): string {
  return /^~(?=$|[/\\])/.test(folder) ? join(homedir(), folder.slice(1)) : resolve(base, folder);
}

/** Returns the frozen configuration, or throws one error with all faults. */
function effectiveConfig(
  resolution: Resolution,
  {
    directory,
    cwd,
    defersRules = false,
  }: { readonly directory: string; readonly cwd: string; readonly defersRules?: boolean },
): AtcConfig {
  const faults = [...resolution.faults, ...(defersRules ? [] : crossFieldFaults(resolution))];
  if (faults.length > 0) throw invalidConfig(faults);
  const { settings, chosen } = resolution;
  const baseOf = (name: ConfigName): string => {
    const kind = chosen.get(name)?.origin.kind;
    return kind === "environment" || kind === "flag" ? cwd : directory;
  };
  return Object.freeze({
    ...configOf(settings),
    cacheDir: absolute(settings.cacheDir, baseOf("cacheDir")),
    dataDir: absolute(settings.dataDir, baseOf("dataDir")),
    runsDir: absolute(settings.runsDir, baseOf("runsDir")),
    plugins: Object.freeze([...settings.plugins]),
  });
}

function originsOf({ chosen }: Resolution): Readonly<Record<ConfigName, Origin>> {
  const origins = configKeys.map(({ name }) => [name, chosen.get(name)?.origin ?? { kind: "default" }] as const);
  return Object.freeze(Object.fromEntries(origins)) as Readonly<Record<ConfigName, Origin>>;
}

async function fileOf(options: LoadConfigOptions, cwd: string, warnings: string[]): Promise<FoundFile | undefined> {
  if (options.file === false) return undefined;
  const found =
    options.file === undefined
      ? await findConfigFile(cwd, createTrust({ env: options.env ?? process.env, cwd }), warnings)
      : await readConfigFile(resolve(cwd, options.file));
  warnings.push(...(found?.warnings ?? []));
  return found;
}

/**
 * Loads the configuration of a run from the defaults, an object, a YAML or JSON file, `ATC_*` environment variables
 * and flags, in rising order of precedence.
 *
 * Without `file`, it reads the first of `atc.yaml`, `atc.yml`, `atc.json` and `config.yaml` in `cwd` or the nearest
 * folder above. It refuses such a file if others may change it: see {@link Trust}. Every key is also accepted in its
 * Python spelling. Null means that a key is not set.
 *
 * @throws ATC_INVALID_CONFIG with every fault of every layer in `details.faults`, each a {@link ConfigFault};
 * ATC_NOT_FOUND if `file` does not exist; ATC_READ_ONLY or ATC_IO if it cannot be read; ATC_UNTRUSTED if others may
 * change it
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const cwd = resolve(options.cwd ?? ".");
  const warnings: string[] = [];
  const found = await fileOf(options, cwd, warnings);
  const directory = found === undefined ? cwd : dirname(found.file);
  const layers: readonly Layer[] = [
    objectLayer(options.object),
    ...(found === undefined ? [] : [found.layer]),
    environmentLayer(options.env ?? process.env, warnings),
    flagLayer(options.flags),
  ];
  const resolution = resolveLayers(layers, warnings);
  const config = effectiveConfig(resolution, { directory, cwd, defersRules: options.defersRules === true });
  const loaded = { config, origins: originsOf(resolution), warnings, directory };
  return found === undefined ? loaded : { ...loaded, file: found.file };
}

/** Options of {@link parseConfig}. */
export interface ParseConfigOptions {
  /** The base of relative folders. Defaults to the working directory. */
  readonly directory?: string | undefined;
  /** Receives a message for each key without effect. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * Checks a configuration object and fills in the defaults. The result is frozen. It reads no file and no environment.
 *
 * @throws ATC_INVALID_CONFIG with every fault in `details.faults`, each a {@link ConfigFault}
 */
export function parseConfig(object: unknown, options: ParseConfigOptions = {}): AtcConfig {
  const directory = resolve(options.directory ?? ".");
  const warnings: string[] = [];
  const resolution = resolveLayers([objectLayer(object)], warnings);
  const config = effectiveConfig(resolution, { directory, cwd: directory });
  for (const warning of warnings) options.onWarning?.(warning);
  return config;
}
