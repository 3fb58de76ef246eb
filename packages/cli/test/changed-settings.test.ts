import { configKeys } from "@atc/runtime";
import { expect, it } from "vitest";
import { changedSettings } from "../src/reports/changed-settings.ts";
import { barsCsv } from "./atc.ts";
import { shop } from "./shop.ts";

const usual = Object.fromEntries(configKeys.map(({ name, default: value }) => [name, value]));

it("names the settings that differ from the defaults, but for those of data and storage", () => {
  expect(changedSettings(usual, [])).toEqual([]);
  const config = {
    ...usual,
    side: "long",
    stopLoss: 0.1,
    weights: { AAA: 0.5, BBB: 0.25 },
    feeBps: 3,
    cacheDir: "/elsewhere",
    executor: undefined,
  };
  expect(changedSettings(config, ["feeBps"])).toEqual(["side long", "stopLoss 0.1", "weights AAA=0.5,BBB=0.25"]);
});

it("is part of the headline of a backtest", async () => {
  await shop.file("bars.csv", barsCsv(["A", "B"], 80));
  const { stdout } = await shop.atc("backtest", "bars.csv", "--account", "shared", "--max-holding-bars", "9");
  expect(stdout.split("\n\n")[0]).toMatch(/slippage 0 bps; maxHoldingBars 9; account shared/);
});
