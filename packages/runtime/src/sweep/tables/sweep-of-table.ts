import type { AtcConfig } from "@atc/config";
import { AtcError, backtestDefaults, type OperationOptions, type Strategy, signalDefaults } from "@atc/contract";
import type { Axis, AxisValue, Space, SweepConfiguration } from "@atc/sweep";
import type { Runtime } from "../../wiring/runtime.ts";
import { type SweepDescription, type SweepIdentity, sweepIdentity } from "../sweep-description.ts";
import { keysOfSweep } from "../sweep-keys.ts";
import { openSweep, type SweepSetup } from "../sweep-setup.ts";
import { readSweepTable, type SweepTable } from "./sweep-table.ts";
import type { TableEvaluation } from "./table-evaluations.ts";
import { damagedTable } from "./table-rows.ts";

/** How the sweep of a table is opened. */
export interface SweepOfTableOptions extends OperationOptions {
  /** The strategy of a sweep whose strategy was given in code. */
  readonly strategy?: Strategy;
  /** The generation of the dataset. Default: the newest one. */
  readonly generation?: number;
}

/** The sweep that wrote a table, open again. Disposal closes the table and the data. */
export interface SweepOfTable extends AsyncDisposable {
  /** The file as it was named. */
  readonly path: string;
  /** What the table says of its sweep. */
  readonly description: SweepDescription;
  /** The open data, the space and what evaluates configurations. */
  readonly setup: SweepSetup;
  /** The evaluations like those of `SweepTable`, with a value per axis of the space. */
  evaluations(): AsyncIterable<readonly TableEvaluation[]>;
  /**
   * The configuration of an evaluation.
   *
   * @throws ATC_INVALID_CONFIG if a rule between keys is broken, as in the sweep, which has this error in the table
   */
  configurationOf(evaluation: TableEvaluation): SweepConfiguration;
}

/** The configuration of a runtime with that of a sweep. Code of the user's stays that which the runtime names. */
function describedConfig(config: AtcConfig, described: SweepDescription): AtcConfig {
  const { strategy, parameters, limit, signals, backtest } = described;
  return {
    ...config,
    ...signalDefaults,
    ...signals,
    ...backtestDefaults,
    ...backtest,
    limit,
    parameters,
    strategy: strategy.digest === undefined && !strategy.isInCode ? strategy.name : config.strategy,
    // They name files here.
    signals: undefined,
    universe: undefined,
  };
}

/** The runtime of a table's sweep, no key of which is a default that its strategy may replace. */
export function describedRuntime(runtime: Runtime, described: SweepDescription): Runtime {
  const { loaded } = runtime;
  const config = describedConfig(runtime.config, described);
  const names = [...Object.keys(signalDefaults), ...Object.keys(backtestDefaults)];
  const origins = {
    ...loaded.origins,
    ...Object.fromEntries(names.map((name) => [name, { kind: "object" } as const])),
  };
  return { ...runtime, config, loaded: { ...loaded, config, origins } };
}

function differs(path: string, what: string, remedy: string): AtcError {
  return new AtcError("ATC_INVALID_DATA", `"${path}" cannot be evaluated again: ${what}; ${remedy}`, {
    details: { path },
  });
}

/** Throws unless the strategy that the caller or the runtime names can be that of a table. */
function checkStrategyGiven(
  path: string,
  { strategy: { name, isInCode, digest } }: SweepDescription,
  { config, loaded: { origins } }: Runtime,
  given: Strategy | undefined,
): void {
  if (isInCode !== (given !== undefined))
    throw differs(
      path,
      isInCode ? `its strategy "${name}" was given in code` : `its strategy is "${name}"`,
      isInCode ? "give the strategy in code again" : "do not give one in code",
    );
  // A table must not choose which code of this machine runs.
  if (digest !== undefined && config.strategy === "atc")
    throw differs(path, `its strategy is the code of "${name}"`, `name it again: --strategy ${name}`);
  if (digest === undefined && !isInCode && origins["strategy"]?.kind === "flag" && config.strategy !== name)
    throw differs(path, `its strategy is "${name}"`, `remove --strategy ${config.strategy}`);
}

function checkIdentity(path: string, described: SweepIdentity, found: SweepIdentity): void {
  const { strategy } = described;
  const same = "sweep again for a table of what there is now";
  if (strategy.digest !== found.strategy.digest || (strategy.isInCode && strategy.name !== found.strategy.name))
    throw differs(path, `the code of the strategy "${found.strategy.name}" is not that of the table`, same);
  if (described.fingerprint !== found.fingerprint)
    throw differs(path, "the rows of the data are not those of the table", `restore them, or ${same}`);
  if (described.atc !== found.atc)
    throw differs(path, "another version of atc wrote it, whose figures may differ", `use that version, or ${same}`);
}

/** Converts the value of a column into that of its axis. */
function axisValue({ kind }: Axis, value: AxisValue): AxisValue {
  if (kind === "text") return String(value);
  return kind === "boolean" && typeof value === "number" ? value === 1 : value;
}

/** Maps the evaluations of a table to the axes of a space, which may have several columns each. */
function axisEvaluations(table: SweepTable, { axes }: Space): SweepOfTable["evaluations"] {
  const columns = axes.flatMap(({ keys }, axis) => keys.map((key, place) => ({ key, axis, place })));
  if (columns.length !== table.keys.length || columns.some(({ key }, i) => key !== table.keys[i]))
    throw damagedTable(table.path, "its keys are not those of its description");
  const first = axes.map((_, axis) => columns.findIndex((column) => column.axis === axis));
  return async function* () {
    for await (const batch of table.evaluations())
      yield batch.map((one) => ({
        ...one,
        values: axes.map((axis, i) => axisValue(axis, one.values[first[i] ?? 0] as AxisValue)),
      }));
  };
}

/** The table's dataset, or else the file that it was read from. */
async function dataOf({ store }: Runtime, { dataset, path }: SweepDescription): Promise<string> {
  return (await store.find(dataset)) === undefined ? path : dataset;
}

/**
 * Opens the sweep that wrote a table: its data and its space. Checks that rows, strategy and version are those of the
 * table, so that a configuration has the same figures again.
 *
 * @param path - of the table
 * @throws ATC_INVALID_ARGUMENT for a file without the description of a sweep; ATC_INVALID_DATA if rows, strategy or
 * version are others; what `readSweepTable` and `openSweep` throw
 */
export async function openSweepOfTable(
  runtime: Runtime,
  path: string,
  { strategy, ...options }: SweepOfTableOptions = {},
): Promise<SweepOfTable> {
  const table = await readSweepTable(runtime, path);
  const owned: AsyncDisposable[] = [table];
  const close = async (): Promise<void> => {
    for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    const { description } = table;
    if (description === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `"${path}" does not say which sweep wrote it; write it again with atc sweep${path.toLowerCase().endsWith(".csv") ? `, and keep ${path}.json beside it` : ""}`,
        { details: { path } },
      );
    checkStrategyGiven(path, description, runtime, strategy);
    const own = describedRuntime(runtime, description);
    const { definition, symbols, period, bySymbol } = description;
    const setup = await openSweep(own, await dataOf(own, description), {
      ...options,
      definition,
      symbols,
      bySymbol,
      ...(period === undefined ? {} : { period }),
      ...(strategy === undefined ? {} : { strategy }),
    });
    owned.push(setup);
    checkIdentity(path, description, sweepIdentity(setup, keysOfSweep(setup, symbols)));
    return {
      path,
      description,
      setup,
      evaluations: axisEvaluations(table, setup.space),
      configurationOf: ({ values }) => setup.space.configuration(values),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
