import { AtcError, bytesPerElement, type ColumnMetadata, type DatasetPlan, dtypeOf } from "@atc/contract";
import type { GenerationPlan } from "../generation/generation-plan.ts";
import { nothingRetained } from "../generation/retained-segments.ts";
import { planSegments } from "../segment/segment-plan.ts";

const loneSurrogate = /\p{Surrogate}/u;

/** Whether a symbol can be stored. It must have no lone surrogate, which UTF-8 cannot encode. */
export function isSymbol(symbol: string): boolean {
  return typeof symbol === "string" && !loneSurrogate.test(symbol);
}

/** A generation that replaces the dataset. */
export function plannedGeneration(name: string, plan: DatasetPlan, segmentBytes: number): GenerationPlan {
  checkPlan(name, plan);
  const { schema, fingerprint, series } = plan;
  return {
    kind: schema.kind,
    columns: schema.columns,
    fingerprint,
    attributes: {},
    timeIs: undefined,
    series: series.map(({ symbol, rows }) => ({ symbol, rows, kept: 0 })),
    retained: nothingRetained,
    written: planSegments(schema.columns, series, segmentBytes),
    base: undefined,
  };
}

/** Throws ATC_INVALID_ARGUMENT or ATC_UNSUPPORTED if a plan cannot be written. */
function checkPlan(name: string, plan: DatasetPlan): void {
  const refuse = (what: string): never => {
    throw new AtcError("ATC_INVALID_ARGUMENT", `cannot create dataset "${name}": ${what}`, {
      details: { dataset: name },
    });
  };
  const { kind, columns } = plan.schema;
  if (kind !== "bars" && kind !== "ticks") refuse(`its kind "${String(kind)}" is neither "bars" nor "ticks"`);
  const timeType = kind === "bars" ? "timestamp[ms]" : "timestamp[ns]";
  const [first] = columns;
  if (first?.name !== "timestamp" || first.type !== timeType)
    refuse(`its first column must be "timestamp" of type "${timeType}"`);
  const names = new Set(["symbol"]);
  for (const [place, column] of columns.entries()) {
    if (column.name === "") refuse(`column ${place} has no name`);
    if (names.has(column.name)) refuse(`the column name "${column.name}" is used twice (every dataset has a "symbol")`);
    names.add(column.name);
    if (place > 0) checkType(name, column);
  }
  checkSeries(plan, refuse);
  if (typeof plan.fingerprint !== "string") refuse("its fingerprint is not a string");
}

function checkType(dataset: string, { name, type }: ColumnMetadata): void {
  const isKnown = type === "text" || Object.hasOwn(bytesPerElement, dtypeOf(type));
  if (isKnown && type !== "text" && dtypeOf(type) !== "int64") return;
  throw new AtcError(
    isKnown ? "ATC_UNSUPPORTED" : "ATC_INVALID_ARGUMENT",
    `cannot create dataset "${dataset}": column "${name}" has type "${type}"; besides its timestamp a dataset supports ` +
      "int8, uint8, int32, uint32, float32 and float64; convert the column or leave it out",
    { details: { dataset, column: name, type } },
  );
}

function checkSeries(plan: DatasetPlan, refuse: (what: string) => never): void {
  if (plan.series.length === 0) refuse("it has no series; a dataset needs at least one symbol");
  const symbols = new Set<string>();
  for (const { symbol, rows } of plan.series) {
    if (symbols.has(symbol)) refuse(`symbol "${symbol}" is planned twice`);
    symbols.add(symbol);
    if (!isSymbol(symbol)) refuse(`symbol "${symbol}" has a lone surrogate, which UTF-8 cannot encode`);
    if (!Number.isSafeInteger(rows) || rows < 1)
      refuse(`rows of symbol "${symbol}" is ${rows}; give a whole number of 1 or more`);
  }
}
