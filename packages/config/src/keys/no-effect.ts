/** A key of the Python original that has no effect here. */
export interface NoEffectKey {
  /** Its Python spelling. */
  readonly name: string;
  /** Its replacement, as the end of a sentence. */
  readonly instead: string;
  /** The only accepted value. Absent if every value is accepted. */
  readonly only?: number;
}

const kernel = "the fastest kernel is chosen automatically";
const threads = "threads are chosen automatically; --executor chooses how tasks run";
const exact = "averages are always exact";
const tasks = "batchSize sets the symbols per task, and --executor chooses how tasks run";

function each(instead: string, ...names: string[]): readonly NoEffectKey[] {
  return names.map((name) => ({ name, instead }));
}

/** Keys that are accepted with a warning each, so that a Python configuration works unchanged. */
export const noEffectKeys: readonly NoEffectKey[] = [
  ...each(kernel, "use_rust_backend", "use_cuda", "prefer_gpu", "use_codegen_specialization", "fast_mode"),
  ...each(threads, "parallel_l1", "parallel_l2"),
  ...each("the cache is used if it is installed; cacheDir sets its folder", "use_cache"),
  ...each(exact, "use_approximate", "approximate_threshold", "use_adaptive_approximate"),
  ...each(exact, "approximate_volatility_window", "approximate_volatility_factor"),
  ...each(tasks, "use_dask", "npartitions", "batch_processing"),
  { name: "equity_floor", instead: "the floor of an equity is always 0.25", only: 0.25 },
];
