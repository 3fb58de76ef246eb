import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyBoundStrategy, bindStrategy } from "@atc/backtest";
import { AtcError, isAtcError, nearest, type PluginHost, type Strategy } from "@atc/contract";
import { checkStrategy, isStrategyLike, readStrategyValues } from "@atc/plugin-kit";
import { moduleFiles } from "./module-files.ts";
import { printToStandardError } from "./printed-output.ts";
import type { StrategyModule } from "./strategy-module.ts";
import { foreignValue } from "./thrown-value.ts";

function refusal({ label, file }: StrategyModule, what: string, cause?: unknown): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `the strategy module "${label}" ${what}`, {
    details: { path: file, strategy: label },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether this Node runs a TypeScript file. */
function stripsTypes(): boolean {
  const { features } = process as { readonly features?: { readonly typescript?: unknown } };
  return features?.typescript !== undefined && features.typescript !== false;
}

/** Throws for a TypeScript file if Node does not run it. */
function checkLanguage({ label, file }: StrategyModule, strips: boolean): void {
  if (![".ts", ".mts", ".cts"].includes(extname(file)) || strips) return;
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `Node ${process.versions.node} does not run TypeScript, which "${label}" is; use Node 22.18 or later, or compile it with: npx -p typescript tsc --module nodenext --target es2022 --skipLibCheck "${file}"`,
    { details: { path: file, strategy: label } },
  );
}

/** The place of an error in the user's code: `mine.js:12`. Empty if its stack does not name it. */
export function placeIn(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const url = pathToFileURL(file).href;
  for (const line of stack.split("\n")) {
    const at = Math.max(line.indexOf(url), line.indexOf(file));
    const [, number] = at < 0 ? [] : (/:(\d+):\d+\)?$/.exec(line) ?? []);
    if (number !== undefined) return ` (line ${number} of "${file}")`;
  }
  return "";
}

/** The refusal of a module whose code threw. */
function failure(module: StrategyModule, what: string, error: unknown, remedy = "correct it"): AtcError {
  const { text, cause } = foreignValue(error);
  return refusal(module, `${what}: ${text.replace(/^Error: /, "")}${placeIn(cause, module.file)}; ${remedy}`, cause);
}

/** What to do about a module that cannot be imported. */
function remedyOf(error: unknown, { file }: StrategyModule): string {
  // Node keeps the line of a module that it cannot parse to itself, and prints it for a program only.
  if (error instanceof SyntaxError) return `correct it; to see the line, run: node "${file}"`;
  const [, name] = /\bCannot find package '([^']+)'/.exec(foreignValue(error).text) ?? [];
  if (name === undefined) return "correct it";
  const own = name.startsWith("@atc/") ? ", or the tarballs of @atc while it is not published" : "";
  return `install it: cd "${dirname(file)}" && npm i ${name}${own}`;
}

async function importModule(module: StrategyModule): Promise<unknown> {
  printToStandardError();
  try {
    return await import(pathToFileURL(module.file).href);
  } catch (error) {
    throw failure(module, "cannot be loaded", error, remedyOf(error, module));
  }
}

/** A host for a plugin of a strategy, which needs no others. */
function hostOf(module: StrategyModule): PluginHost {
  return {
    find: (kind, name) =>
      Promise.reject(refusal(module, `asks for the ${kind} "${name}", but a strategy has no plugins`)),
    warn: (message) => process.emitWarning(message, "AtcWarning"),
  };
}

function isPlugin(value: unknown): value is { readonly kind: string; readonly name: string; create: unknown } {
  return typeof value === "object" && value !== null && "kind" in value && "create" in value;
}

/** The strategies of a default export: one, a list of them, or a list of plugins. */
async function strategiesOf(module: StrategyModule, exported: unknown): Promise<readonly Strategy[]> {
  const listed: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  const strategies: Strategy[] = [];
  for (const one of listed) {
    if (!isPlugin(one)) strategies.push(checkStrategy(one, `"${module.label}"`));
    else if (one.kind === "strategy" && typeof one.create === "function")
      strategies.push(checkStrategy(await one.create({}, hostOf(module)), `"${module.label}"`));
  }
  return strategies;
}

function defaultOf(module: StrategyModule, namespace: unknown): unknown {
  const members = (namespace ?? {}) as Readonly<Record<string, unknown>>;
  const exported = members["default"];
  if (exported === undefined) {
    const named = Object.keys(members).find((name) => isStrategyLike(members[name]));
    const hint = named === undefined ? "write: export default { name, start }" : `write: export default ${named}`;
    throw refusal(module, `has no default export; ${hint}`);
  }
  // A compiled module of CommonJS has its own default inside.
  const inner = typeof exported === "object" && exported !== null && "__esModule" in exported && "default" in exported;
  return inner ? (exported as { readonly default: unknown }).default : exported;
}

function pick(module: StrategyModule, strategies: readonly Strategy[]): Strategy {
  const names = strategies.map(({ name }) => name);
  const listed = names.map((name) => `"${name}"`).join(", ");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refusal(module, `has two strategies "${twice}"; rename one of them`);
  const [first] = strategies;
  if (first === undefined) throw refusal(module, "has an empty list of strategies; export one");
  if (module.name === undefined) {
    if (strategies.length === 1) return first;
    throw refusal(module, `has the strategies ${listed}; name one, such as ${module.label}#${first.name}`);
  }
  const found = strategies.find(({ name }) => name === module.name);
  if (found !== undefined) return found;
  const meant = nearest(module.name, names);
  const hint = meant === undefined ? `it has ${listed}` : `did you mean "${meant}"?`;
  throw refusal(module, `has no strategy "${module.name}"; ${hint}`);
}

/**
 * Imports a strategy of the user's. Call it on a thread that can be ended.
 *
 * @throws ATC_INVALID_ARGUMENT if it cannot be imported or is not a strategy; ATC_UNSUPPORTED for TypeScript on a Node
 * that does not run it; ATC_REPLACED if its code has changed since the caller read it
 */
export async function loadStrategy(module: StrategyModule, strips: boolean = stripsTypes()): Promise<Strategy> {
  checkLanguage(module, strips);
  const strategy = pick(module, await strategiesOf(module, defaultOf(module, await importModule(module))));
  // After the import, because the file may have been edited in between.
  if (moduleFiles(module.file).digest !== module.digest)
    throw new AtcError("ATC_REPLACED", `the strategy module "${module.label}" changed while it was read; run again`, {
      details: { name: module.label },
    });
  return strategy;
}

/**
 * Binds a loaded strategy to the values of its parameters, which may be texts.
 *
 * @throws ATC_INVALID_CONFIG for a value that is unknown or out of range; ATC_INVALID_ARGUMENT if its own code fails
 */
export function bindLoaded(module: StrategyModule, strategy: Strategy): AnyBoundStrategy {
  try {
    return bindStrategy(strategy, readStrategyValues(strategy, module.values));
  } catch (error) {
    const { cause } = foreignValue(error);
    if (cause !== undefined && isAtcError(error)) throw error;
    throw failure(module, "failed to name its columns", error);
  }
}
