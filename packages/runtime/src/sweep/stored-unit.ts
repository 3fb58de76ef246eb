import type { CacheValue } from "@atc/cache";
import type { AtcErrorCode, JsonObject, JsonValue } from "@atc/contract";
import type { EvaluationResults, LeftOutSymbol } from "../evaluate/evaluation.ts";
import type { ConfigurationDigest } from "./configuration-digest.ts";

/** The result of one configuration. Its arrays are valid until the next one is found. */
export interface FoundEvaluation {
  /** The metrics of the portfolio. */
  readonly portfolio: Float64Array;
  /** The metrics of all symbols: `[symbol][metric]`; empty unless wanted. */
  readonly symbols: Float64Array;
  /** Why there are no figures. */
  readonly fault?: { readonly code: AtcErrorCode; readonly message: string } | undefined;
}

/** The numbers of a configuration. */
export interface UnitWidths {
  /** Metrics of a configuration's portfolio. */
  readonly metrics: number;
  /** Metrics of all its symbols; 0 unless wanted. */
  readonly symbolMetrics: number;
}

/** The most units, so that a place fits into an index: a unit has at most 4096 configurations. */
const rowBits = 12;

/** A number above that of the configurations of any unit. */
export const unitPlaces: number = 2 ** rowBits;

/** The most bytes of the figures of a unit, of which several are in memory at the same time. */
const unitBytes = 32 * 2 ** 20;

/** The most configurations of a unit. */
export function mostRows({ metrics, symbolMetrics }: UnitWidths): number {
  return Math.max(1, Math.min(unitPlaces, Math.floor(unitBytes / (16 + 8 * (metrics + symbolMetrics)))));
}

/** A unit as it is stored. */
export interface StoredUnit {
  /** Two words per configuration. */
  readonly digests: BigInt64Array;
  readonly portfolios: Float64Array;
  readonly symbols: Float64Array;
  readonly faults: ReadonlyMap<number, NonNullable<FoundEvaluation["fault"]>>;
  readonly leftOut: readonly LeftOutSymbol[];
}

/** A configuration of a unit. */
export interface UnitRow {
  readonly unit: StoredUnit;
  readonly row: number;
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

/** Decodes a unit; undefined if another version wrote it. */
export function unitOf(
  { arrays, attributes }: CacheValue,
  { metrics, symbolMetrics }: UnitWidths,
): StoredUnit | undefined {
  const { digests, portfolios, symbols } = arrays;
  if (!(digests instanceof BigInt64Array && portfolios instanceof Float64Array && symbols instanceof Float64Array))
    return undefined;
  const rows = digests.length / 2;
  if (portfolios.length !== rows * metrics || symbols.length !== rows * symbolMetrics) return undefined;
  const faults = listOf(attributes?.["faults"]).map(({ row, code, message }) => {
    return [Number(row), { code: String(code) as AtcErrorCode, message: String(message) }] as const;
  });
  const leftOut = listOf(attributes?.["leftOut"]) as readonly JsonObject[] as unknown as readonly LeftOutSymbol[];
  return { digests, portfolios, symbols, faults: new Map(faults), leftOut };
}

/** Encodes a unit. */
export function unitValue({ digests, portfolios, symbols, faults, leftOut }: StoredUnit): CacheValue {
  const attributes = {
    faults: [...faults].map(([row, { code, message }]) => ({ row, code, message })),
    leftOut: leftOut.map((one) => ({ ...one })),
  };
  return { arrays: { digests, portfolios, symbols }, attributes };
}

/** The number of configurations of a unit. */
export function rowsOfUnit({ digests }: StoredUnit): number {
  return digests.length / 2;
}

/** Some configurations of units as a unit. */
export function unitOfRows(rows: readonly UnitRow[], { metrics, symbolMetrics }: UnitWidths): StoredUnit {
  const digests = new BigInt64Array(2 * rows.length);
  const portfolios = new Float64Array(rows.length * metrics);
  const symbols = new Float64Array(rows.length * symbolMetrics);
  const faults = new Map<number, NonNullable<FoundEvaluation["fault"]>>();
  const leftOut = new Map<string, LeftOutSymbol>();
  for (const [to, { unit, row }] of rows.entries()) {
    digests.set(unit.digests.subarray(2 * row, 2 * row + 2), 2 * to);
    portfolios.set(unit.portfolios.subarray(row * metrics, (row + 1) * metrics), to * metrics);
    symbols.set(unit.symbols.subarray(row * symbolMetrics, (row + 1) * symbolMetrics), to * symbolMetrics);
    const fault = unit.faults.get(row);
    if (fault !== undefined) faults.set(to, fault);
  }
  for (const unit of new Set(rows.map((one) => one.unit)))
    for (const one of unit.leftOut) {
      const before = leftOut.get(one.symbol)?.configurations ?? 0;
      leftOut.set(one.symbol, { ...one, configurations: before + one.configurations });
    }
  return { digests, portfolios, symbols, faults, leftOut: [...leftOut.values()] };
}

/** The results of a unit that are stored: not those of strategies that failed, which may not fail again. */
export function unitOfResults(
  digests: readonly ConfigurationDigest[],
  { portfolios, symbols, faults, leftOut }: EvaluationResults,
  widths: UnitWidths,
): StoredUnit {
  const known = new Map(faults.map((fault) => [fault.place, fault]));
  const words = BigInt64Array.from(digests.flatMap(({ high, low }) => [high, low]));
  const unit: StoredUnit = { digests: words, portfolios, symbols, faults: known, leftOut };
  const places = [...digests.keys()].filter((place) => known.get(place)?.code !== "ATC_STRATEGY");
  return unitOfRows(
    places.map((row) => ({ unit, row })),
    widths,
  );
}
