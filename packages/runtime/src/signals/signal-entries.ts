import type { Cache, CacheKey } from "@atc/cache";
import type { AtcConfig } from "@atc/config";
import type { OutputColumns, TypedArray } from "@atc/contract";
import { AtcError, averageKinds } from "@atc/contract";
import type { SignalDiagnostics, SignalOutput } from "@atc/signals";
import { signalOutputs } from "@atc/signals";
import type { ComputedSignals } from "../compute/signal-steps.ts";
import { asJson } from "../wiring/config-parts.ts";
import { storedDiagnostics } from "./stored-diagnostics.ts";

/** Checked outputs, and whether all of them came from the cache. */
export interface RememberedSignals extends ComputedSignals {
  readonly columns: OutputColumns<SignalOutput>;
  /** Whether nothing was computed. */
  readonly cached: boolean;
}

/** The length and the type that arrays of outputs must have. */
export interface SignalShape {
  readonly length: number;
  /** Of every output except the direction, which is int8. */
  readonly precision: AtcConfig["precision"];
}

/** The outputs of each cache entry: outputs that are used together and compress alike. */
const entryOutputs: Readonly<Record<string, readonly SignalOutput[]>> = {
  averages: averageKinds,
  votes: [...averageKinds.map((kind): SignalOutput => `${kind}Signal`), "averageSignal"],
  equity: averageKinds.map((kind): SignalOutput => `${kind}Equity`),
  direction: ["direction"],
};

/** The arrays of all outputs; undefined if one is missing or has another type or length. */
function checkedColumns(
  arrays: Readonly<Record<string, TypedArray>>,
  { length, precision }: SignalShape,
): OutputColumns<SignalOutput> | undefined {
  const values = precision === "float32" ? Float32Array : Float64Array;
  const columns: Partial<Record<SignalOutput, Float64Array | Float32Array | Int8Array>> = {};
  for (const output of signalOutputs) {
    const array = arrays[output];
    const isTyped = output === "direction" ? array instanceof Int8Array : array instanceof values;
    if (!isTyped || array?.length !== length) return undefined;
    columns[output] = array as Float64Array | Float32Array | Int8Array;
  }
  return columns as OutputColumns<SignalOutput>;
}

/** The outputs in the cache; undefined if one is missing or of another version. */
async function find(
  cache: Cache,
  key: (kind: string) => CacheKey,
  shape: SignalShape,
): Promise<RememberedSignals | undefined> {
  const arrays: Record<string, TypedArray> = {};
  let diagnostics: SignalDiagnostics | undefined;
  for (const [kind, outputs] of Object.entries(entryOutputs)) {
    const value = await cache.get(key(kind));
    if (value === undefined) return undefined;
    for (const output of outputs) {
      const array = value.arrays[output];
      if (array !== undefined) arrays[output] = array;
    }
    diagnostics = storedDiagnostics(value.attributes?.["diagnostics"], shape.length);
    if (diagnostics === undefined) return undefined;
  }
  const columns = checkedColumns(arrays, shape);
  return columns === undefined || diagnostics === undefined ? undefined : { columns, diagnostics, cached: true };
}

/** The outputs from the cache or, if an entry is missing or invalid, from `compute`, which are then stored. */
export async function rememberSignals(
  cache: Cache | undefined,
  key: (kind: string) => CacheKey,
  shape: SignalShape,
  compute: () => Promise<ComputedSignals>,
): Promise<RememberedSignals> {
  const found = cache === undefined ? undefined : await find(cache, key, shape);
  if (found !== undefined) return found;
  const startedAt = performance.now();
  const { columns: arrays, diagnostics } = await compute();
  // The entries are used together, so each has its share of the time.
  const costMs = (performance.now() - startedAt) / Object.keys(entryOutputs).length;
  const columns = checkedColumns(arrays, shape);
  if (columns === undefined)
    throw new AtcError("ATC_INVALID_DATA", "the series changed while its signals were computed; run again");
  const attributes = { diagnostics: asJson(diagnostics) };
  for (const [kind, outputs] of Object.entries(entryOutputs)) {
    const own = Object.fromEntries(outputs.map((name) => [name, columns[name]]));
    await cache?.set(key(kind), { arrays: own, attributes }, { costMs });
  }
  return { columns, diagnostics, cached: false };
}
