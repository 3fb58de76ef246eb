import { type MetricName, metricNames } from "@atc/backtest";
import { AtcError } from "@atc/contract";
import { openSweep, type SweepSetup, type SweepSetupOptions } from "../sweep/sweep-setup.ts";
import type { Runtime } from "../wiring/runtime.ts";
import { unionTimes } from "./union-times.ts";
import { type PlannedWindows, planWindows, type WindowLengths } from "./window-lengths.ts";
import { type WindowSpans, windowSpans } from "./window-spans.ts";

/** What a walk-forward is about. */
export interface WalkForwardSetupOptions extends Omit<SweepSetupOptions, "bySymbol"> {
  /** How bars are divided into windows. */
  readonly windows: WindowLengths;
}

/** A walk-forward whose data is open. Disposal closes it. */
export interface WalkForwardSetup extends AsyncDisposable {
  readonly sweep: SweepSetup;
  /** The time of each bar, in ms. */
  readonly times: Float64Array;
  readonly planned: PlannedWindows;
  /** Training and test of each window. */
  readonly timed: WindowSpans;
}

/** Metrics that every window has. */
const windowMetrics: readonly MetricName[] = ["sharpe", "totalReturn"];

/** What windows compute of every configuration. Others are computed of the choices only. */
function searchedMetrics({ objective, requirements }: Pick<SweepSetup, "objective" | "requirements">): MetricName[] {
  const wanted = new Set([
    ...windowMetrics,
    ...objective.terms.map(({ metric }) => metric),
    ...(requirements?.metrics ?? []),
  ]);
  return metricNames.filter((name) => wanted.has(name));
}

function checkMethod({ sample, origins }: WalkForwardSetupOptions["definition"]): void {
  const { method } = sample ?? {};
  if (method !== "halving" && method !== "tpe") return;
  const what = `${method} chooses configurations by their results, and a walk-forward compares the same ones in every window; take all, or draw some at random`;
  throw new AtcError("ATC_INVALID_CONFIG", `${origins?.["sample"] ?? "sample"}: ${what}`, {
    details: { faults: [{ path: "sample", value: method, allowed: what }] },
  });
}

/** Throws ATC_INVALID_CONFIG if there is nothing to choose from. */
export function checkChoice(configurations: number | undefined): void {
  if (configurations === undefined || configurations >= 2) return;
  const what = `the space has ${configurations === 1 ? "one configuration" : "no configuration"}, and a walk-forward chooses between two or more; give an axis more values`;
  throw new AtcError("ATC_INVALID_CONFIG", what, { details: { faults: [{ path: "grid", allowed: what }] } });
}

/**
 * Checks a walk-forward, opens its data and prepares its threads.
 *
 * @throws what `openSweep` throws; ATC_INVALID_CONFIG for windows, for a search by results, and for fewer than two
 * configurations
 */
export async function openWalkForward(
  runtime: Runtime,
  data: string | undefined,
  options: WalkForwardSetupOptions,
): Promise<WalkForwardSetup> {
  const { windows: lengths, ...search } = options;
  checkMethod(options.definition);
  const metrics = [...new Set([...(options.definition.metrics ?? defaultShown), ...windowMetrics])];
  const definition = { ...options.definition, metrics };
  const sweep = await openSweep(runtime, data, { ...search, definition }, searchedMetrics);
  try {
    checkChoice(sweep.sampler.most);
    const { dataset, symbols, period } = sweep;
    const { limit } = runtime.config;
    const times = unionTimes(dataset, { symbols, limit, period });
    const planned = planWindows(times.length, lengths);
    const timed = windowSpans(planned.windows, { times, period, seesAll: planned.lengths.warmup === "all" });
    return { sweep, times, planned, timed, [Symbol.asyncDispose]: () => sweep[Symbol.asyncDispose]() };
  } catch (error) {
    await sweep[Symbol.asyncDispose]();
    throw error;
  }
}

/** The metrics of the choices, if none are named. */
const defaultShown: readonly string[] = ["totalReturn", "sharpe", "maxDrawdown", "trades"];
