import { AtcError, bytesPerElement, type ColumnMetadata, type DatasetPlan, dtypeOf } from "@atc/contract";
import type { GenerationPlan } from "../generation/generation-plan.ts";
import { nothingRetained } from "../generation/retained-segments.ts";
import { planSegments } from "../segment/segment-plan.ts";

const loneSurrogate = /\p{Surrogate}/u;

/** Whether a symbol can be stored: as UTF-8, which half of a surrogate pair does not have. */
export function isSymbol(symbol: string): boolean {
  return typeof symbol === "string" && !loneSurrogate.test(symbol);
}

/** A generation that stands for itself. */
export function plannedGeneration(name: string, plan: DatasetPlan, segmentBytes: number): GenerationPlan {
  checkPlan(name, plan);
  const { schema, fingerprint, series } = plan;
  return {
    kind: schema.kind,
    columns: schema.columns,
    fingerprint,
    attributes: {},
    series: series.map(({ symbol, rows }) => ({ symbol, rows, kept: 0 })),
    kept: nothingRetained,
    written: planSegments(schema.columns, series, segmentBytes),
    base: undefined,
  };
}

/** Throws ATC_INVALID_ARGUMENT or ATC_UNSUPPORTED where a plan cannot be written as it stands. */
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
  if (typeof plan.fingerprint !== "string") refuse("its fingerprint is no text");
}

function checkType(dataset: string, { name, type }: ColumnMetadata): void {
  const isKnown = type === "text" || Object.hasOwn(bytesPerElement, dtypeOf(type));
  if (isKnown && type !== "text" && dtypeOf(type) !== "int64") return;
  throw new AtcError(
    isKnown ? "ATC_UNSUPPORTED" : "ATC_INVALID_ARGUMENT",
    `cannot create dataset "${dataset}": column "${name}" is of type "${type}"; besides its timestamp a dataset holds ` +
      "int8, uint8, int32, uint32, float32 and float64; convert the column or leave it out",
    { details: { dataset, column: name, type } },
  );
}

function checkSeries(plan: DatasetPlan, refuse: (what: string) => never): void {
  if (plan.series.length === 0) refuse("it has no series; a dataset holds one symbol at least");
  const symbols = new Set<string>();
  for (const { symbol, rows } of plan.series) {
    if (symbols.has(symbol)) refuse(`symbol "${symbol}" is planned twice`);
    symbols.add(symbol);
    if (!isSymbol(symbol)) refuse(`symbol "${symbol}" holds half of a surrogate pair, which has no UTF-8`);
    if (!Number.isSafeInteger(rows) || rows < 1) refuse(`symbol "${symbol}" has ${rows} rows; it needs 1 or more`);
  }
}
