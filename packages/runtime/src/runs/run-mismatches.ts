import { join } from "node:path";
import type { TableBlocks } from "@atc/backtest";
import type { JsonObject, JsonValue, TypedArray } from "@atc/contract";
import { openArrowTable } from "@atc/mmap-store";
import type { OpenRun, RunSymbol } from "@atc/runs";
import type { DraftedRun } from "./run-draft.ts";
import { tableFile } from "./store-draft.ts";

/** A difference between a stored run and the same run computed again. */
export interface RunMismatch {
  /** The symbol; undefined for the portfolio or an account that all symbols share. */
  readonly symbol: string | undefined;
  /**
   * What differs: `rows`, `curve`, `trades`, `fills`, a metric, or `skipped`; of a search or a judgement also
   * `table.COLUMN`, or the path of a finding, such as `validation.deflated.deflatedSharpe`.
   */
  readonly what: string;
  readonly stored: JsonValue;
  readonly computed: JsonValue;
}

/** Metrics may differ by this, relative to the larger one: `**` of Node differs between its versions. */
const tolerance = 1e-12;

/** How two computations of a run differ in their digests, figures and findings. */
export function mismatchesOf(stored: DraftedRun, computed: DraftedRun): readonly RunMismatch[] {
  const mismatches: RunMismatch[] = [];
  const compare = (symbol: string | undefined, what: string, a: JsonValue, b: JsonValue): void => {
    if (!isClose(a, b)) mismatches.push({ symbol, what, stored: a, computed: b });
  };
  compareFigures(compare, undefined, stored.run, computed.run);
  const findings = [leaves(stored.run.findings ?? null), leaves(computed.run.findings ?? null)] as const;
  for (const path of new Set(findings.flatMap((all) => [...all.keys()])))
    compare(undefined, path, findings[0].get(path) ?? null, findings[1].get(path) ?? null);
  const bySymbol = new Map(computed.symbols.map((one) => [one.symbol, one]));
  for (const one of stored.symbols) {
    const other = bySymbol.get(one.symbol);
    if (other === undefined) {
      compare(one.symbol, "skipped", false, true);
      continue;
    }
    compare(
      one.symbol,
      "rows",
      one.content ?? one.rows,
      one.content === undefined ? other.rows : (other.content ?? null),
    );
    compareFigures(compare, one.symbol, one, other);
  }
  return mismatches;
}

/** The values of findings by path. */
function leaves(value: JsonValue, path = "", into = new Map<string, JsonValue>()): ReadonlyMap<string, JsonValue> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) leaves(item, `${path}[${i}]`, into);
  else if (typeof value === "object" && value !== null)
    for (const [name, member] of Object.entries(value)) leaves(member, path === "" ? name : `${path}.${name}`, into);
  else into.set(path, value);
  return into;
}

type Comparison = (symbol: string | undefined, what: string, a: JsonValue, b: JsonValue) => void;
type Figures = Pick<RunSymbol, "digests" | "metrics">;

function compareFigures(compare: Comparison, symbol: string | undefined, a: Figures, b: Figures): void {
  // Fills are computed only if they are asked for.
  for (const [what, digest] of Object.entries(a.digests))
    if (what !== "fills" || b.digests[what] !== undefined) compare(symbol, what, digest, b.digests[what] ?? null);
  if (a.metrics === null || b.metrics === null) {
    compare(symbol, "skipped", a.metrics === null, b.metrics === null);
    return;
  }
  for (const [what, value] of Object.entries(a.metrics)) compare(symbol, what, value, b.metrics[what] ?? null);
}

/** Whether two figures are the same, numbers within {@link tolerance}. */
function isClose(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "number" && typeof b === "number")
    return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => isClose(one, b[i]));
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    const [first, second] = [a as JsonObject, b as JsonObject];
    const names = new Set([...Object.keys(first), ...Object.keys(second)]);
    return [...names].every((name) => isClose(first[name] ?? null, second[name] ?? null));
  }
  return a === b;
}

/** The numbers of a column of a table. */
function numbersOf(table: TableBlocks, name: string): Float64Array {
  const numbers = new Float64Array(table.length);
  let row = 0;
  for (const { length, values } of table.blocks([name])) {
    numbers.set(values[name] as Float64Array, row);
    row += length;
  }
  return numbers;
}

/** Whether the numbers of a column are those of the stored table, within {@link tolerance}. */
function areClose(stored: TypedArray, computed: Float64Array): boolean {
  return stored.length === computed.length && computed.every((value, row) => isSame(stored[row] as number, value));
}

const isSame = (a: number, b: number): boolean => Object.is(a, b) || isClose(a, b);

/**
 * How the table of a sweep differs from the stored one. If their digests differ, the numbers of a stored table are
 * compared; without one, a digest that differs is a difference.
 *
 * @throws ATC_CORRUPT_DATA if the stored table is missing or changed
 */
export async function tableMismatches(opened: OpenRun, { run, table }: DraftedRun): Promise<readonly RunMismatch[]> {
  const [before, after] = [opened.run.table, run.table];
  if (before === undefined || after === undefined) return [];
  if (before.rows !== after.rows)
    return [{ symbol: undefined, what: "table", stored: `${before.rows} rows`, computed: `${after.rows} rows` }];
  const names = Object.keys({ ...before.columns, ...after.columns });
  const different = names.filter((name) => before.columns[name] !== after.columns[name]);
  if (different.length === 0) return [];
  const isRead = opened.files.includes(tableFile) && table !== undefined;
  if (isRead) await opened.read(tableFile);
  await using stored = isRead ? await openArrowTable(join(opened.folder, tableFile)) : undefined;
  const mismatches: RunMismatch[] = [];
  for (const name of different) {
    const column = stored?.columns.find((one) => one.name === name);
    const own = table?.columns.find((one) => one.name === name);
    if (stored !== undefined && table !== undefined && column?.type === "float64" && own?.type === "float64")
      if (areClose(await stored.read(name, 0, stored.rows), numbersOf(table, name))) continue;
    const digests = { stored: before.columns[name] ?? null, computed: after.columns[name] ?? null };
    mismatches.push({ symbol: undefined, what: `table.${name}`, ...digests });
  }
  return mismatches;
}
