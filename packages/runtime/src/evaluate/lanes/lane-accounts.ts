import { type ManyResults, type MetricName, slowKeys } from "@atc/backtest";
import type { SweepConfiguration } from "@atc/sweep";

/** A metric that accounts in lanes give. */
export type LaneMetric = Extract<
  MetricName & keyof ManyResults,
  | "totalReturn"
  | "cagr"
  | "volatility"
  | "sharpe"
  | "sortino"
  | "maxDrawdown"
  | "calmar"
  | "exposure"
  | "trades"
  | "fees"
>;

const laneMetrics: readonly LaneMetric[] = [
  "totalReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "maxDrawdown",
  "calmar",
  "exposure",
  "trades",
  "fees",
];

/** Whether accounts in lanes give a metric. */
export function isLaneMetric(name: MetricName): name is LaneMetric {
  return laneMetrics.some((one) => one === name);
}

/** Whether the account of a configuration runs in lanes. */
export function isLaneAccount({ backtest }: SweepConfiguration): boolean {
  const { account, signal } = backtest;
  return account === "separate" && signal === "strategy" && slowKeys(backtest).length === 0;
}

/** Whether lanes cover the account and the metrics of a configuration. The data may still need another evaluator. */
export function runsInLanes(configuration: SweepConfiguration, metrics: readonly MetricName[]): boolean {
  return metrics.every(isLaneMetric) && isLaneAccount(configuration);
}
