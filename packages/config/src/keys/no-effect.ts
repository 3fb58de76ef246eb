/** A key of the Python original that has no effect here. */
export interface NoEffectKey {
  /** Its Python spelling. */
  readonly name: string;
  /** Its replacement, as the end of a sentence. */
  readonly instead: string;
  /** Its replacement if its value is false. Absent if that makes no difference. */
  readonly insteadOfFalse?: string;
  /** The only accepted value. Absent if every value is accepted. */
  readonly only?: number;
  /** The only section in which it is accepted. */
  readonly section?: string;
  /** Whether it configures another part of the Python program. Accepted in files and objects only. */
  readonly isForeign?: boolean;
}

const kernel = "the fastest kernel is chosen automatically";
const threads = "threads are chosen automatically; --executor chooses how tasks run";
const exact = "averages are always exact";
const tasks = "batchSize sets the symbols per task, and --executor chooses how tasks run";
const foreign = "read by other programs only";

function each(instead: string, ...names: string[]): readonly NoEffectKey[] {
  return names.map((name) => ({ name, instead }));
}

/** The section of the approximate scanner. Its keys have too general names to be accepted elsewhere. */
const scanner = "approximate_ma_scanner";

function inScanner(instead: string, ...names: string[]): readonly NoEffectKey[] {
  return names.map((name) => ({ name, instead, section: scanner }));
}

/** Keys of the batch scanner's file, in which the sections of ATC are. */
const foreignNames: readonly string[] = [
  "analysis_mode",
  "timeframes",
  "cooldown",
  "max_symbols",
  "stage0_sample_percentage",
  "stage0_sampling_strategy",
  "stage0_stratified_strata_count",
  "stage0_hybrid_top_percentage",
  "enable_pre_filter",
  "pre_filter_mode",
  "pre_filter_percentage",
  "pre_filter_auto_skip_threshold",
  "spc_config",
  "rf_training",
];

/** Keys that are accepted with a warning, so that a Python configuration works unchanged. */
export const noEffectKeys: readonly NoEffectKey[] = [
  ...each(kernel, "use_rust_backend", "use_cuda", "prefer_gpu", "use_codegen_specialization", "fast_mode"),
  ...each(threads, "parallel_l1", "parallel_l2"),
  {
    name: "use_cache",
    instead: "the cache is used if it is installed; cacheDir sets its folder",
    insteadOfFalse: "the cache stays on; --no-cache switches it off for a run",
  },
  ...each(exact, "use_approximate", "approximate_threshold", "use_adaptive_approximate"),
  ...each(exact, "approximate_volatility_window", "approximate_volatility_factor"),
  ...inScanner(exact, "enabled", "use_adaptive", "volatility_window", "base_tolerance", "volatility_factor"),
  ...each(tasks, "use_dask", "npartitions", "batch_processing"),
  ...inScanner(tasks, "num_threads"),
  ...each("streams are made in code, with createStream or createStreams", "use_incremental"),
  ...each("there is one implementation", "use_atc_performance"),
  ...each("values in memory are bounded by bytes, not by entries", "max_entries_l1"),
  { name: "equity_floor", instead: "the floor of an equity is always 0.25", only: 0.25 },
  ...foreignNames.map((name): NoEffectKey => ({ name, instead: foreign, isForeign: true })),
];
