import { AtcError, type BacktestConfig } from "@atc/contract";
import { groupSize } from "../../simulation/fast/group-state.ts";
import { checkLaneConfig } from "../../simulation/fast/many-simulator.ts";

/** The lanes of configurations: those that fill at the open come first, so that the lanes of a group fill alike. */
export interface LaneOrder {
  /** The lane of each configuration. */
  readonly laneOf: Int32Array;
  /** The configuration of each lane; -1 if it has none. */
  readonly configurationOf: Int32Array;
  /** Number of groups that fill at the open, and of all groups. */
  readonly openGroups: number;
  readonly groups: number;
}

function checkConfiguration(given: Partial<BacktestConfig>, index: number): BacktestConfig {
  try {
    const config = checkLaneConfig(given);
    if (config.account === "separate") return config;
    throw new AtcError(
      "ATC_INVALID_CONFIG",
      'portfolios in lanes have an account per symbol; remove "account", or use backtest',
      { details: { keys: ["account"] } },
    );
  } catch (cause) {
    if (!(cause instanceof AtcError)) throw cause;
    const details = { ...cause.details, configuration: index };
    throw new AtcError(cause.code, `configuration ${index}: ${cause.message}`, { cause, details });
  }
}

/** Lists that were checked. A check of a configuration takes longer than a hundred bars of its account. */
const checkedLists = new WeakSet<readonly Partial<BacktestConfig>[]>();

/**
 * Checks configurations for {@link createManyPortfolios}, and fills in their defaults. The list that it returns is not
 * checked again, for callers that create several portfolios of the same configurations.
 *
 * @throws ATC_INVALID_CONFIG with the index in `details.configuration`; ATC_INVALID_ARGUMENT without configurations
 */
export function checkConfigurations(configurations: readonly Partial<BacktestConfig>[]): readonly BacktestConfig[] {
  if (checkedLists.has(configurations)) return configurations as readonly BacktestConfig[];
  if (configurations.length === 0)
    throw new AtcError("ATC_INVALID_ARGUMENT", "there are no configurations; give one or more");
  // Configurations that differ in their signals only are mostly one object.
  const known = new Map<Partial<BacktestConfig>, BacktestConfig>();
  const checked = configurations.map((given, index) => {
    const config = known.get(given) ?? Object.freeze(checkConfiguration(given, index));
    known.set(given, config);
    return config;
  });
  checkedLists.add(Object.freeze(checked));
  return checked;
}

/** Number of groups of eight lanes for configurations, at most. */
export function mostGroups(configurations: number): number {
  return Math.ceil(configurations / groupSize) + 1;
}

/** Arranges configurations in lanes. */
export function laneOrder(configs: readonly BacktestConfig[]): LaneOrder {
  const atOpen: number[] = [];
  const atClose: number[] = [];
  for (const [index, { fill }] of configs.entries()) (fill === "nextOpen" ? atOpen : atClose).push(index);
  const openGroups = Math.ceil(atOpen.length / groupSize);
  const groups = openGroups + Math.ceil(atClose.length / groupSize);
  const configurationOf = new Int32Array(groups * groupSize).fill(-1);
  configurationOf.set(atOpen);
  configurationOf.set(atClose, openGroups * groupSize);
  const laneOf = new Int32Array(configs.length);
  for (const [lane, index] of configurationOf.entries()) if (index >= 0) laneOf[index] = lane;
  return { laneOf, configurationOf, openGroups, groups };
}
