import type { PriceColumns, SignalConfig } from "@atc/contract";
import { indicatorCases } from "@atc/testing";
import { describe, it } from "vitest";
import { createStream } from "../src/index.ts";
import { kernels, useKernel } from "./kernels.ts";
import { randomWalk } from "./price-walks.ts";

const close = randomWalk(1500);
const prices: PriceColumns = { close, open: close.map((price, bar) => close[bar - 1] ?? price) };

const configs: readonly Partial<SignalConfig>[] = [
  {},
  { dialect: "tradingview" },
  { dialect: "tradingview", cutout: 300, robustness: "Wide", hma: "sma" },
  { cutout: 300, strategyMode: true, calculationSource: "open" },
  { lsma: "delayed" },
  { precision: "float32", growthCap: "none", lambda: 1, emaLength: 400, kamaLength: 300 },
  { robustness: "Narrow", emaLength: 5, hmaLength: 6, wmaLength: 5, demaLength: 5, lsmaLength: 6, kamaLength: 5 },
];

describe.each(kernels)("the kernel %s", (kernel) => {
  useKernel(kernel);

  describe.each(configs)("with %o", (config) => {
    for (const { name, run } of indicatorCases(() => createStream(config), prices)) it(name, run);
  });

  describe("with some outputs only", () => {
    const outputs = ["averageSignal", "ema", "kamaSignal"] as const;
    for (const { name, run } of indicatorCases(() => createStream({}, { outputs }), prices)) it(name, run);
  });
});
