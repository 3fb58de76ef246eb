import type { Cache, CacheKey } from "@atc/cache";
import type { TypedArray } from "@atc/contract";
import { averageKinds } from "@atc/contract";
import type { SignalDiagnostics, SignalOutput } from "@atc/signals";
import { asJson } from "./config-parts.ts";

/** The outputs of a series and how far they can be trusted. */
export interface ComputedSignals {
  /** A number a bar for every output. */
  readonly columns: Readonly<Record<string, TypedArray>>;
  /** The diagnostics after the last bar. */
  readonly diagnostics: SignalDiagnostics;
}

/** What goes into one cache entry: outputs that are wanted together, and that shrink alike. */
const entryOutputs: Readonly<Record<string, readonly SignalOutput[]>> = {
  averages: averageKinds,
  votes: [...averageKinds.map((kind): SignalOutput => `${kind}Signal`), "averageSignal"],
  equity: averageKinds.map((kind): SignalOutput => `${kind}Equity`),
  direction: ["direction"],
};

async function find(cache: Cache, key: (kind: string) => CacheKey): Promise<ComputedSignals | undefined> {
  const columns: Record<string, TypedArray> = {};
  let diagnostics: unknown;
  for (const kind of Object.keys(entryOutputs)) {
    const value = await cache.get(key(kind));
    if (value === undefined) return undefined;
    Object.assign(columns, value.arrays);
    diagnostics = value.attributes?.["diagnostics"];
  }
  return { columns, diagnostics: diagnostics as SignalDiagnostics };
}

/** The outputs from the cache where every entry is there; else computed, and kept. */
export async function rememberSignals(
  cache: Cache | undefined,
  key: (kind: string) => CacheKey,
  compute: () => Promise<ComputedSignals>,
): Promise<ComputedSignals & { readonly cached: boolean }> {
  const found = cache === undefined ? undefined : await find(cache, key);
  if (found !== undefined) return { ...found, cached: true };
  const startedAt = performance.now();
  const computed = await compute();
  const costMs = performance.now() - startedAt;
  const attributes = { diagnostics: asJson(computed.diagnostics) };
  for (const [kind, outputs] of Object.entries(entryOutputs)) {
    const arrays = Object.fromEntries(outputs.map((name) => [name, computed.columns[name] as TypedArray]));
    await cache?.set(key(kind), { arrays, attributes }, { costMs });
  }
  return { ...computed, cached: false };
}
