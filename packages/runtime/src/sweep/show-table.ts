import { extname, resolve } from "node:path";
import { isMetricName, type MetricName } from "@atc/backtest";
import { AtcError, nearest } from "@atc/contract";
import { type ArrowTableFile, openArrowTable } from "@atc/mmap-store";
import {
  type Axis,
  type AxisValue,
  type Objective,
  parseObjective,
  parseRequirements,
  type Requirements,
  type SweepDefinition,
} from "@atc/sweep";
import type { Runtime } from "../wiring/runtime.ts";
import { type ExclusionCount, type LeadingResult, leadingResults } from "./leading-results.ts";

/** How a table is ranked again. */
export interface ShowTableOptions {
  /** What is maximised. */
  readonly definition: Pick<SweepDefinition, "objective" | "require" | "over" | "origins">;
  /** The number of best configurations. Default: 10. */
  readonly top?: number;
}

/** A table of an earlier sweep, ranked. */
export interface ShownTable {
  /** The file as it was named. */
  readonly path: string;
  /** Number of rows. */
  readonly rows: number;
  /** The number of evaluations. */
  readonly evaluations: number;
  /** The swept keys. Those that are tied have a column each. */
  readonly axes: readonly Pick<Axis, "name" | "keys" | "kind">[];
  /** What is maximised. */
  readonly objective: Objective;
  /** What is required. */
  readonly requirements: Requirements | undefined;
  /** The metrics of the table, in order. */
  readonly metrics: readonly MetricName[];
  /** The best configurations, best first. */
  readonly best: readonly LeadingResult[];
  /** The number of configurations with a place. */
  readonly ranked: number;
  /** Configurations without a place, by reason. */
  readonly excluded: readonly ExclusionCount[];
  /** Configurations with an error, by message. */
  readonly failed: readonly ExclusionCount[];
}

const blockRows = 8192;

function refuse(path: string, what: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `"${path}" ${what}`, { details: { path } });
}

/** What the columns of a table are. */
interface TableShape {
  readonly keys: readonly string[];
  readonly metrics: readonly MetricName[];
  /** The symbols in the order of a configuration's rows; none if it has one row. */
  readonly symbols: readonly string[];
}

function shapeOf({ columns, texts }: ArrowTableFile, path: string): TableShape {
  const names = columns.map(({ name }) => name);
  const isTable = names[0] === "configuration" && names.at(-1) === "error";
  if (!isTable) throw refuse(path, "is not the table of a sweep, whose first column is configuration");
  const others = names.filter((name) => !["configuration", "symbol", "span", "error"].includes(name));
  return {
    keys: others.filter((name) => !isMetricName(name)),
    metrics: others.filter(isMetricName),
    symbols: (texts["symbol"] ?? []).filter((text) => text !== ""),
  };
}

function checkMetrics(path: string, { metrics }: TableShape, wanted: readonly MetricName[]): void {
  const missing = wanted.find((name) => !metrics.includes(name));
  if (missing === undefined) return;
  const meant = nearest(missing, metrics);
  const hint = meant === undefined ? `it has ${metrics.join(", ")}` : `did you mean "${meant}"?`;
  throw refuse(path, `has no metric "${missing}"; ${hint} Sweep again with --metrics to add one`);
}

/** Some rows of a table. */
type Block = ReadonlyMap<string, ArrayLike<number | bigint>>;

async function readBlock(table: ArrowTableFile, from: number, to: number): Promise<Block> {
  const columns: [string, ArrayLike<number | bigint>][] = [];
  for (const { name } of table.columns) columns.push([name, await table.read(name, from, to)]);
  return new Map(columns);
}

/**
 * Ranks the table of an earlier sweep, an Arrow file.
 *
 * @throws ATC_INVALID_ARGUMENT for a file of another form, and for metrics that it lacks; ATC_NOT_FOUND,
 * ATC_CORRUPT_DATA, ATC_IO
 */
export async function showSweepTable(
  { cwd }: Pick<Runtime, "cwd">,
  path: string,
  { definition, top = 10 }: ShowTableOptions,
): Promise<ShownTable> {
  if (![".arrow", ".feather", ".ipc"].includes(extname(path).toLowerCase()))
    throw refuse(path, "is not an Arrow file; write the table of the sweep with -o FILE.arrow to show it");
  const { objective: text, origins, over } = definition;
  const objective = parseObjective(text, origins?.["objective"]);
  const requirements = parseRequirements(definition);
  await using table = await openArrowTable(resolve(cwd, path));
  const shape = shapeOf(table, path);
  const { keys, metrics, symbols } = shape;
  checkMetrics(path, shape, [...objective.terms.map(({ metric }) => metric), ...(requirements?.metrics ?? [])]);
  if (over !== undefined && symbols.length === 0)
    throw refuse(path, `has no rows of symbols, which "${over}" needs; sweep again with --by-symbol`);
  const leaders = leadingResults({
    objective,
    requirements,
    over,
    metrics,
    symbols: over === undefined ? 0 : symbols.length,
    most: top,
  });
  const rowsEach = 1 + symbols.length;
  const isText = (name: string): boolean => table.texts[name] !== undefined;
  const step = rowsEach * Math.max(1, Math.floor(blockRows / rowsEach));
  const width = metrics.length;
  let index = 0;
  for (let from = 0; from < table.rows; from += step) {
    const to = Math.min(from + step, table.rows);
    const block = await readBlock(table, from, to);
    const numberAt = (name: string, row: number): number => Number(block.get(name)?.[row] ?? Number.NaN);
    const textAt = (name: string, row: number): string => table.texts[name]?.[numberAt(name, row)] ?? "";
    const figures = (row: number, rows: number): Float64Array =>
      Float64Array.from({ length: rows * width }, (_, i) =>
        numberAt(metrics[i % width] as string, row + Math.floor(i / width)),
      );
    for (let row = 0; row < to - from; row += rowsEach) {
      const values = keys.map((name): AxisValue => (isText(name) ? textAt(name, row) : numberAt(name, row)));
      const span = block.has("span") ? numberAt("span", row) : 1;
      const message = textAt("error", row);
      leaders.add(
        { index: index++, configuration: numberAt("configuration", row), values, span },
        {
          portfolio: figures(row, 1),
          symbols: over === undefined ? new Float64Array(0) : figures(row + 1, symbols.length),
          ...(message === "" ? {} : { fault: { code: "ATC_INVALID_DATA", message } }),
        },
      );
    }
  }
  return {
    path,
    rows: table.rows,
    evaluations: index,
    axes: keys.map((name) => ({ name, keys: [name], kind: isText(name) ? "text" : "number" })),
    objective,
    requirements,
    metrics,
    best: leaders.best,
    ranked: leaders.ranked,
    excluded: leaders.excluded,
    failed: leaders.failed,
  };
}
