import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AtcConfig, LoadedConfig } from "@atc/config";
import { createTrust, loadConfig } from "@atc/config";
import { printableText } from "@atc/plugin-kit";
import type { InstalledPluginHost } from "../plugins/plugin-host.ts";
import { createPluginHost } from "../plugins/plugin-host.ts";
import { pluginSearch } from "../plugins/plugin-search.ts";

/** The sources of the configuration, in rising order of precedence, and how a setup warns. */
export interface SetupOptions {
  /** The working directory; the search for a configuration file starts in it. Default: that of the process. */
  readonly cwd?: string;
  /** Configuration keys in code. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A configuration file. Default: the nearest one in the working directory or above it. */
  readonly configFile?: string;
  /** Environment variables. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of a command line, by configuration key. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /**
   * Whether rules between keys are left to a sweep or a walk-forward, which varies keys and checks each configuration.
   * Default: false.
   */
  readonly defersRules?: boolean;
  /**
   * The file of the program that runs, as it was called. Its place of installation is searched for plugins, as that of
   * this package always is.
   */
  readonly program?: string;
  /** Receives each warning once. Default: a warning of the process, which Node prints on standard error. */
  readonly onWarning?: (message: string) => void;
}

/** The configuration and the plugins of a run, before anything is opened. */
export interface Setup {
  /** The configuration and the origin of each value. */
  readonly loaded: LoadedConfig;
  /** The effective configuration. */
  readonly config: AtcConfig;
  /** The working directory, absolute. */
  readonly cwd: string;
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Finds plugins in installed packages. */
  readonly host: InstalledPluginHost;
  /** Finds plugins in the dependencies of this package alone, which need no look at the packages of a project. */
  readonly ownHost: InstalledPluginHost;
}

/**
 * Reads the configuration and prepares the search for plugins. Opens, imports and writes nothing. The plugins that the
 * configuration names may be missing; {@link doctor} reports them.
 *
 * @throws ATC_INVALID_CONFIG, ATC_NOT_FOUND (a named configuration file), ATC_UNTRUSTED
 */
export async function openSetup(options: SetupOptions = {}): Promise<Setup> {
  const { cwd = process.cwd(), config: object, configFile: file, env = process.env, flags, program } = options;
  const { defersRules } = options;
  const { onWarning = (message) => process.emitWarning(printableText(message), "AtcWarning") } = options;
  const loaded = await loadConfig({
    cwd,
    env,
    defersRules,
    ...(file === undefined ? {} : { file }),
    ...(object === undefined ? {} : { object }),
    ...(flags === undefined ? {} : { flags }),
  });
  const own = fileURLToPath(new URL("../../package.json", import.meta.url));
  const trust = createTrust({ env, cwd });
  const shell = { cwd: resolve(cwd), env };
  const files = [...(program === undefined ? [] : [program]), own];
  const extra = loaded.config.plugins;
  const search = await pluginSearch({ directory: loaded.directory, shell, extra, files, own });
  const host = createPluginHost({ search, warn: onWarning, trust });
  const ownSearch = { ...search, roots: [{ packageJson: own, extra: [] }] };
  const ownHost = createPluginHost({ search: ownSearch, warn: onWarning, trust });
  for (const warning of loaded.warnings) host.warn(warning);
  return { loaded, config: loaded.config, cwd: resolve(cwd), env, host, ownHost };
}
