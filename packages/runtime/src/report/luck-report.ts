import type { LuckTestResult, ReportLuck, SampledFigure } from "@atc/report";
import type { RandomEntries, ReturnBootstrap } from "@atc/sweep";
import type { BacktestTests } from "../validate/backtest-tests.ts";
import type { BacktestValidation } from "../validate/validate.ts";
import { countBins } from "./count-bins.ts";
import { finite } from "./search-figures.ts";

const digits = (value: number, count: number): string => String(Number(value.toPrecision(count)));

function probability(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : digits(p, 2);
}

const percent = (value: number): string => `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)} %`;

/** Quantiles of samples, as a row of a table. */
function quantileRow(
  name: string,
  title: string,
  unit: string,
  values: readonly number[] | undefined,
): SampledFigure["quantiles"][number] {
  return { name, title, unit, values: values ?? null };
}

/** The samples of a bootstrap of bar returns, beside the run. */
export function bootstrapFigure(
  bootstrap: ReturnBootstrap,
  actual: number | undefined,
  holding: number | undefined,
): SampledFigure {
  const { samples, seed, block, returns, totalReturn, cagr, sharpe, maxDrawdown, probabilityOfLoss } = bootstrap;
  const marks = [actual, holding].filter((value) => value !== undefined);
  return {
    samples,
    seed,
    block,
    returns: totalReturn === undefined ? null : (countBins(returns, { marks }) ?? null),
    actual: finite(actual),
    holding: finite(holding),
    quantiles: [
      quantileRow("totalReturn", "Total return", "part", totalReturn),
      quantileRow("cagr", "CAGR", "part", cagr),
      quantileRow("sharpe", "Sharpe ratio", "ratio", sharpe),
      quantileRow("maxDrawdown", "Max drawdown", "part", maxDrawdown),
    ],
    probabilityOfLoss,
  };
}

function entriesFigure(entries: RandomEntries): SampledFigure {
  const { samples, seed, returns, totalReturn, quantiles } = entries;
  return {
    samples,
    seed,
    block: null,
    returns: quantiles === undefined ? null : (countBins(returns, { marks: [totalReturn] }) ?? null),
    actual: finite(totalReturn),
    holding: null,
    quantiles: [quantileRow("return", "Return", "part", quantiles)],
    probabilityOfLoss: null,
  };
}

function entriesTest({ randomEntry }: BacktestTests): LuckTestResult {
  const about = {
    name: "randomEntry",
    title: "Random entries",
    question: "Would the same trades, entered at random, have done as well?",
  } as const;
  if (randomEntry === undefined) return { ...about, passes: false, result: "no result: no trade is closed", facts: [] };
  const { p, totalReturn, trades, jointSpread } = randomEntry;
  return {
    ...about,
    passes: p <= 0.025,
    result: `p ${probability(p)} (at most 0.025)`,
    facts: [
      `${trades.toLocaleString("en-US")} ${trades === 1 ? "trade comes" : "trades come"} to ${percent(totalReturn)} at full size, without stops and financing`,
      ...(jointSpread > 1
        ? [`the samples are widened ${Math.sqrt(jointSpread).toFixed(2)} times, because the symbols move together`]
        : []),
    ],
    sampled: entriesFigure(randomEntry),
  };
}

function bootstrapTest({ tests: { bootstrap }, report: { portfolio } }: BacktestValidation): LuckTestResult {
  const about = {
    name: "bootstrap",
    title: "Bootstrap of bar returns",
    question: "Could returns without a gain look like these?",
  } as const;
  if (bootstrap === undefined)
    return {
      ...about,
      passes: false,
      result: "no result: fewer than 3 bar returns, or equity that is not above 0",
      facts: [],
    };
  const { totalReturn, buyAndHold } = portfolio ?? {};
  return {
    ...about,
    passes: bootstrap.p <= 0.05,
    result: `p ${probability(bootstrap.p)} (at most 0.05)`,
    facts: [],
    sampled: bootstrapFigure(bootstrap, totalReturn ?? undefined, buyAndHold ?? undefined),
  };
}

function costsTest({ costs }: BacktestTests): LuckTestResult {
  const about = { name: "costs", title: "Costs", question: "What is left if trading costs more?", facts: [] } as const;
  if (costs === undefined) return { ...about, passes: false, result: "no result: no account" };
  const { multipliers, totalReturn, breakEven, breakEvenAbove } = costs;
  const table = { multipliers, totalReturn: totalReturn.map(finite) };
  if (breakEven === undefined) {
    const gains = (totalReturn[0] ?? 0) > 0;
    const result = `no result: it ${gains ? "trades" : "gains nothing"} without costs`;
    return { ...about, passes: false, result, costs: table };
  }
  const factor = breakEvenAbove ? `above ${breakEven}` : digits(breakEven, 3);
  return {
    ...about,
    passes: breakEven >= 2,
    result: `nothing is left at ${factor} times its costs (at least 2)`,
    costs: table,
  };
}

function tradesTest({ bootstrapTrades, permutedTrades }: BacktestTests): LuckTestResult {
  const about = {
    name: "trades",
    title: "Monte Carlo of trades",
    question: "How else could these trades have gone?",
    passes: null,
  } as const;
  if (bootstrapTrades === undefined || permutedTrades === undefined)
    return { ...about, result: "no result: no trade is closed", facts: [] };
  const { samples, seed, compound, finalEquity, maxDrawdown, probabilityOfLoss, probabilityOfRuin } = bootstrapTrades;
  const share = (value: number): string => percent(value).replace("+", "");
  return {
    ...about,
    result: `drawn again, ${share(probabilityOfLoss)} lose money, and ${share(probabilityOfRuin)} are ruined${compound ? "" : "; profits add up"}`,
    facts: [],
    sampled: {
      samples,
      seed,
      block: null,
      returns: null,
      actual: null,
      holding: null,
      quantiles: [
        quantileRow("finalEquity", "Drawn again: final equity", "count", finalEquity),
        quantileRow("maxDrawdown", "Drawn again: max drawdown", "part", maxDrawdown),
        quantileRow("maxDrawdown", "Reordered: max drawdown", "part", permutedTrades.maxDrawdown),
      ],
      probabilityOfLoss: null,
    },
  };
}

/** What a report shows of the tests of a backtest. */
export function reportLuck(validation: BacktestValidation): ReportLuck {
  const { tests, verdict, samples, seed, report } = validation;
  const { survives, sentence, rule } = verdict;
  const all = [entriesTest(tests), bootstrapTest(validation), costsTest(tests), tradesTest(tests)];
  return { survives, sentence, rule, samples, seed, tests: report.portfolio === null ? [] : all };
}
