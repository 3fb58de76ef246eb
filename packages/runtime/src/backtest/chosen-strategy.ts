import { statSync } from "node:fs";
import { extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyBoundStrategy, StrategyDescription } from "@atc/backtest";
import { AtcError, type Dataset, type Executor, nearest, type OperationOptions } from "@atc/contract";
import { readStrategyValues, strategyValues } from "@atc/plugin-kit";
import { builtInNamed, builtInNames, builtInStrategy } from "../compute/built-in-strategy.ts";
import type { WatchedModule } from "../compute/watched-module.ts";
import { isMissing, moduleFiles } from "../strategy/module-files.ts";
import type { StrategyModule } from "../strategy/strategy-module.ts";
import { moduleFault, runWatched } from "../strategy/strategy-watch.ts";
import { backtestPart, signalPart } from "../wiring/config-parts.ts";
import type { Runtime } from "../wiring/runtime.ts";

/** A strategy of the user's, and the threads that run it. */
export interface OwnStrategy {
  readonly module: StrategyModule;
  readonly executor: Executor;
  /** Seconds until code that does not return is ended. */
  readonly deadline: number;
}

/** The strategy of a run. Disposal ends its threads. */
export interface ChosenStrategy extends AsyncDisposable {
  /** What runs on a dataset. That of the user's has no code here: it runs on threads. */
  on(dataset: Dataset): AnyBoundStrategy;
  /** What it sees at once. */
  readonly scope: "symbol" | "universe";
  /** The strategy of the user's; undefined for a built-in one and for one in code. */
  readonly own: OwnStrategy | undefined;
  /** Whether a thread can create it. */
  readonly isPortable: boolean;
}

const pathStart = /^(?:\.{1,2}[\\/]|[\\/~]|[A-Za-z]:[\\/]|file:)/;
const codeEndings: readonly string[] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** A text under `strategy`, without the name of one of several strategies. */
interface Reference {
  readonly module: string;
  readonly name: string | undefined;
}

function referenceOf(text: string): Reference {
  const at = text.lastIndexOf("#");
  return at < 1 || at === text.length - 1
    ? { module: text, name: undefined }
    : { module: text.slice(0, at), name: text.slice(at + 1) };
}

function isPath(text: string): boolean {
  return pathStart.test(text) || isAbsolute(text) || codeEndings.includes(extname(text));
}

/** The folder in which a relative path under `strategy` starts. */
function baseOf({ loaded: { origins, directory }, cwd }: Runtime): string {
  const { kind } = origins.strategy;
  return kind === "environment" || kind === "flag" ? cwd : directory;
}

/** The file that a path names. */
function fileAt(runtime: Runtime, path: string): string {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(baseOf(runtime), path);
  const details = { path: file };
  if (isMissing(file))
    throw new AtcError("ATC_NOT_FOUND", `the strategy "${path}" does not exist: there is no file "${file}"`, {
      details,
    });
  const what = `the strategy "${path}" is not a module: "${file}"`;
  if (!statSync(file).isFile())
    throw new AtcError("ATC_INVALID_ARGUMENT", `${what} is not a file; name a file in it`, { details });
  if (codeEndings.includes(extname(file))) return file;
  throw new AtcError("ATC_INVALID_ARGUMENT", `${what} does not end in ${codeEndings.slice(0, 4).join(", ")}`, {
    details,
  });
}

/** Throws for a name that is not a strategy, a plugin or a package. */
async function unknownStrategy(runtime: Runtime, name: string): Promise<AtcError> {
  const plugins = (await runtime.host.installed()).filter(({ kind }) => kind === "strategy");
  const names = [...builtInNames(), ...plugins.map((plugin) => plugin.name)];
  const meant = nearest(name, names);
  const isFile = !isMissing(resolve(baseOf(runtime), name));
  const hint = isFile
    ? `for the file of that name write "./${name}"`
    : meant === undefined
      ? `the strategies are ${names.join(", ")}; a module of your own is a path such as ./${name}.js, a package must be installed (${runtime.host.searched})`
      : `did you mean "${meant}"?`;
  return new AtcError("ATC_NOT_FOUND", `there is no strategy "${name}"; ${hint}`, {
    details: { strategy: name, ...(meant === undefined ? {} : { nearest: meant }) },
  });
}

/** The place of a module of the user's; undefined for a built-in strategy. */
async function placeOf(runtime: Runtime, text: string): Promise<Omit<StrategyModule, "digest" | "values"> | undefined> {
  if (builtInNames().includes(text)) return undefined;
  const reference = referenceOf(text);
  const { module: label, name } = reference;
  if (isPath(label)) {
    // A file may have the character in its own name.
    const whole = name !== undefined && !isMissing(resolve(baseOf(runtime), text)) ? text : undefined;
    return {
      label: whole ?? label,
      file: fileAt(runtime, whole ?? label),
      name: whole === undefined ? name : undefined,
    };
  }
  const installed = await runtime.host.installed();
  if (name === undefined && installed.some((plugin) => plugin.kind === "strategy" && plugin.name === label)) {
    const { entry, packageName } = await runtime.host.locate("strategy", label);
    return { label: packageName, file: fileURLToPath(entry), name: label };
  }
  const file = await runtime.host.packageEntry(label);
  if (file === undefined) throw await unknownStrategy(runtime, label);
  return { label, file, name };
}

/** Finds and reads the code of a module; undefined for a built-in strategy. */
async function moduleOf(runtime: Runtime): Promise<StrategyModule | undefined> {
  const { strategy, parameters: values } = runtime.config;
  const place = await placeOf(runtime, strategy);
  if (place === undefined) return undefined;
  runtime.host.trust.check(place.file, "a strategy");
  const { files, digest } = moduleFiles(place.file);
  for (const file of files) runtime.host.trust.check(file, "a part of a strategy");
  return { ...place, digest, values };
}

const describeTask = { task: "@atc/runtime#describeStrategy", version: 1 };

async function describe(
  { module, executor, deadline }: OwnStrategy,
  signal: AbortSignal | undefined,
): Promise<StrategyDescription> {
  const outcome = await runWatched<WatchedModule, StrategyDescription>((watch) => ({ module, watch }), {
    executor,
    task: describeTask,
    deadline,
    signal,
  });
  if (outcome.kind === "done") return outcome.output;
  throw moduleFault(module.label, outcome.what, outcome.cause);
}

function ofCode(strategy: AnyBoundStrategy): ChosenStrategy {
  const { scope = "symbol" } = strategy;
  const dispose = (): Promise<void> => Promise.resolve();
  return { on: () => strategy, scope, own: undefined, isPortable: false, [Symbol.asyncDispose]: dispose };
}

function builtIn({ config }: Runtime): ChosenStrategy {
  const { strategy, parameters } = config;
  const parts = { strategy, parameters, signals: signalPart(config), config: backtestPart(config) };
  return {
    on: (dataset) => builtInStrategy(parts, dataset),
    scope: builtInNamed(strategy)?.scope ?? "symbol",
    own: undefined,
    isPortable: true,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Throws for parameters of a built-in strategy before any data is read. */
function checkBuiltIn({ config: { strategy, parameters } }: Runtime): void {
  const found = builtInNamed(strategy);
  if (found !== undefined) strategyValues(found, readStrategyValues(found, parameters));
}

/**
 * The strategy of a run: that of the caller, or the configured one. One of the user's is loaded and described on a
 * thread, so that neither its code nor its faults reach this one.
 *
 * @throws ATC_NOT_FOUND for a module, a package or a name that does not exist; ATC_INVALID_ARGUMENT for a module that
 * is not a strategy; ATC_INVALID_CONFIG for its parameters; ATC_UNTRUSTED if others may change its code;
 * ATC_UNSUPPORTED for TypeScript on a Node that does not run it
 */
export async function chooseStrategy(
  runtime: Runtime,
  { strategy, signal }: Pick<OperationOptions, "signal"> & { readonly strategy?: AnyBoundStrategy | undefined },
): Promise<ChosenStrategy> {
  if (strategy !== undefined) return ofCode(strategy);
  const module = await moduleOf(runtime);
  if (module === undefined) {
    checkBuiltIn(runtime);
    return builtIn(runtime);
  }
  const executor = await runtime.strategyThreads();
  try {
    const own: OwnStrategy = { module, executor, deadline: runtime.config.strategyDeadline };
    const description = await describe(own, signal);
    const start = (): never => {
      throw new AtcError("ATC_UNSUPPORTED", `the strategy "${module.label}" runs on threads only`);
    };
    return {
      on: () => ({ ...description, start }) as AnyBoundStrategy,
      scope: description.scope ?? "symbol",
      own,
      isPortable: true,
      [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
    };
  } catch (error) {
    await executor[Symbol.asyncDispose]();
    throw error;
  }
}
