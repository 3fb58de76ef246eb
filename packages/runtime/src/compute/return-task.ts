import { type TaskContext, type Transferred, transferred } from "@atc/contract";
import { unpackConfigurations } from "../evaluate/packed-configurations.ts";
import type { PortfolioReturns } from "../evaluate/portfolio-returns.ts";
import { returnEvaluator } from "../evaluate/return-evaluator.ts";
import { openUnit, type UnitTaskInput, type UnitTaskParts } from "./unit-task.ts";

/** Configurations of a sweep whose portfolios' bar returns are wanted. */
export type ReturnUnitInput = Omit<UnitTaskInput, "metrics" | "bySymbol">;

/** Makes the task that computes bar returns of configurations of a sweep. */
export function unitReturns(parts: UnitTaskParts) {
  return async (input: ReturnUnitInput, context: TaskContext): Promise<Transferred<readonly PortfolioReturns[]>> => {
    const { evaluators, options } = await openUnit(parts, input, context);
    const { symbols, limit, period } = input;
    const configurations = unpackConfigurations(input.configurations);
    const found = await returnEvaluator(evaluators)({ configurations, symbols, limit, period }, options);
    return transferred(found, [...new Set(found.map(({ returns }) => returns.buffer))]);
  };
}
