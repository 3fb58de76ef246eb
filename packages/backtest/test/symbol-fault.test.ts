import { AtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { type BoundStrategy, backtest, columnsStrategy, memoryDataset, strategyOf } from "../src/index.ts";
import { days } from "./given.ts";

const timestamp = days(4);
const close = [10, 11, 12, 13];

function datasetWith(column: string, values: readonly number[]): ReturnType<typeof memoryDataset> {
  const good = [0, 1, 1, 0];
  return memoryDataset({
    A: { timestamp, close, direction: good, [column]: good },
    B: { timestamp, close, direction: good, [column]: values },
    C: { timestamp, close, direction: good, [column]: good },
  });
}

async function run(
  account: "separate" | "shared",
  column: string,
  values: readonly number[],
  given: object,
): Promise<unknown> {
  const config = { account, ...given };
  const { symbols, contributions, skipped } = await backtest(datasetWith(column, values), {
    strategy: columnsStrategy(config, [column]),
    config,
  });
  return [(contributions ?? symbols).map(({ symbol }) => symbol), skipped.map(({ symbol, code }) => [symbol, code])];
}

describe.each(["separate", "shared"] as const)("a fault of one symbol, account: %s", (account) => {
  it.each([
    ["direction", [0, 1, 3, 0], {}],
    ["averageSignal", [0, 1, Number.POSITIVE_INFINITY, 0], { sizing: "signalProportional" }],
    ["weight", [0, Number.NEGATIVE_INFINITY, 1, 0], { signal: "weight" }],
  ] as const)("leaves the others computed if a value of %s is not a decision", async (column, values, given) => {
    expect(await run(account, column, values, given)).toEqual([["A", "C"], [["B", "ATC_INVALID_ARGUMENT"]]]);
  });

  it("does not hide another error of a strategy", async () => {
    const broken: BoundStrategy = strategyOf("broken", (symbol) => () => {
      throw new AtcError("ATC_INVALID_ARGUMENT", "the key is missing", { details: { symbol } });
    });
    const tested = backtest(datasetWith("direction", [0, 0, 0, 0]), { strategy: broken, config: { account } });
    await expect(tested).rejects.toThrow("the key is missing");
  });
});
