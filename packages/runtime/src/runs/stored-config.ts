import { isAbsolute, relative, resolve, sep } from "node:path";
import { type AtcConfig, configKeys } from "@atc/config";
import type { JsonObject } from "@atc/contract";
import { isStrategyPath, referenceOf } from "../backtest/strategy-place.ts";
import { asJson } from "../wiring/config-parts.ts";
import { baseOf } from "../wiring/configured-path.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** Keys that change how a run is computed, but not its figures. */
const ofMachine = new Set<string>([
  ...configKeys.filter(({ group }) => group === "storage").map(({ name }) => name),
  "batchSize",
  "executor",
  "strategyDeadline",
]);

/** Keys that may name files. */
const pathKeys = ["strategy", "signals", "universe"] as const;

/** The path of a file relative to the project if it is inside of it. */
export function portablePath({ loaded: { directory } }: Runtime, file: string): string {
  const inside = relative(directory, file);
  if (inside.startsWith("..") || isAbsolute(inside)) return file;
  return `./${inside.split(sep).join("/")}`;
}

function portableValue(runtime: Runtime, key: (typeof pathKeys)[number], text: string): string {
  const portable = (path: string): string => portablePath(runtime, resolve(baseOf(runtime, key), path));
  if (key !== "strategy") return portable(text);
  const { module, name } = referenceOf(text);
  if (!isStrategyPath(module) || module.startsWith("file:")) return text;
  return `${portable(module)}${name === undefined ? "" : `#${name}`}`;
}

/**
 * The configuration of a run as it is stored: without folders, threads and the cache, with paths relative to the
 * project.
 *
 * @param config - the effective configuration of the run
 */
export function storedConfig(runtime: Runtime, config: AtcConfig): JsonObject {
  const kept = Object.entries(config).filter(([name]) => !ofMachine.has(name));
  const paths = pathKeys.flatMap((key) => {
    const text = config[key];
    return text === undefined ? [] : [[key, portableValue(runtime, key, text)] as const];
  });
  return asJson({ ...Object.fromEntries(kept), ...Object.fromEntries(paths) });
}

/**
 * A runtime with the configuration of a stored run. Its paths start in the project's folder.
 *
 * @param usesCache - whether results come from the cache if it has them
 */
export function runtimeOf(runtime: Runtime, stored: JsonObject, usesCache = false): Runtime {
  const set = Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, value === null ? undefined : value]),
  );
  const origins = Object.fromEntries(Object.keys(stored).map((name) => [name, { kind: "object" }]));
  return {
    ...runtime,
    usesCache: usesCache && runtime.usesCache,
    config: { ...runtime.config, ...set } as AtcConfig,
    loaded: {
      ...runtime.loaded,
      origins: { ...runtime.loaded.origins, ...origins } as Runtime["loaded"]["origins"],
    },
  };
}
