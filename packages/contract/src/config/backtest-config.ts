import { type AccountConfig, accountParameters } from "./account-config.ts";
import { type CostConfig, costParameters } from "./cost-config.ts";
import { type ExitConfig, exitParameters } from "./exit-config.ts";
import { type OrderConfig, orderParameters } from "./order-config.ts";
import { type ParameterTable, parameterDefaults } from "./parameter.ts";
import { type PositionConfig, positionParameters } from "./position-config.ts";
import { type StatisticsConfig, statisticsParameters } from "./statistics-config.ts";

/** The configuration of a simulation and its metrics; each member is defined in `docs/simulation.md`. */
export interface BacktestConfig
  extends OrderConfig,
    CostConfig,
    PositionConfig,
    ExitConfig,
    AccountConfig,
    StatisticsConfig {}

/** Every parameter of a simulation and its metrics, in the order in which they are documented. */
export const backtestParameters: ParameterTable<BacktestConfig> = {
  ...orderParameters,
  ...costParameters,
  ...positionParameters,
  ...exitParameters,
  ...accountParameters,
  ...statisticsParameters,
};

/** The default of every member of {@link BacktestConfig}. */
export const backtestDefaults: BacktestConfig = parameterDefaults(backtestParameters);
