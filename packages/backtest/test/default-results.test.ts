import { createHash } from "node:crypto";
import type { BacktestConfig } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { backtest, memoryDataset, type SymbolResult } from "../src/index.ts";
import type { MemoryColumns } from "../src/prices/memory-series.ts";

/** A random walk from a linear congruential generator, so that every platform makes the same bits. */
function market(): Readonly<Record<string, MemoryColumns>> {
  let state = 20_240_229;
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const symbolOf = (bars: number, first: number): MemoryColumns => {
    const timestamp = Array.from({ length: bars }, (_, i) => 1.5e12 + 86_400_000 * (first + i));
    const open = new Float64Array(bars);
    const close = new Float64Array(bars);
    let price = 100;
    let drift = 0;
    for (let i = 0; i < bars; i++) {
      if (i % 40 === 0) drift = (uniform() - 0.48) / 50;
      const first = price * (1 + (uniform() - 0.5) / 100);
      price = first * (1 + drift + (uniform() - 0.5) / 20);
      open[i] = first;
      close[i] = price;
    }
    return { timestamp, open, close };
  };
  return { AAA: symbolOf(3000, 0), BBB: symbolOf(2500, 250), CCC: symbolOf(40, 2000) };
}

/** A hash of arrays and figures, bit for bit. */
function digest(...parts: readonly (NodeJS.TypedArray | object)[]): string {
  const hash = createHash("sha256");
  for (const part of parts)
    hash.update(
      ArrayBuffer.isView(part) ? Buffer.from(part.buffer, part.byteOffset, part.byteLength) : JSON.stringify(part),
    );
  return hash.digest("hex").slice(0, 16);
}

/** The metrics of the first version, in their order. */
const firstMetrics = [
  "bars",
  "start",
  "end",
  "totalReturn",
  "grossReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "maxDrawdown",
  "maxDrawdownPeak",
  "maxDrawdownTrough",
  "maxDrawdownRecovery",
  "calmar",
  "exposure",
  "turnover",
  "trades",
  "winRate",
  "profitFactor",
  "averageWin",
  "averageLoss",
  "fees",
  "buyAndHold",
] as const;

function metricsDigest(metrics: object): string {
  return digest(firstMetrics.map((name) => (metrics as Readonly<Record<string, unknown>>)[name]));
}

function symbolDigests({ times, equity, directions, trades: t, metrics }: SymbolResult): readonly string[] {
  return [
    digest(times, equity, directions),
    digest(t.entryTime, t.exitTime, t.direction, t.quantity, t.entryPrice, t.exitPrice, t.fees, t.profit, t.return),
    metricsDigest(metrics),
  ];
}

// Digests of the results of the first version of the simulation, which had one account and two costs.
const known: readonly (readonly [string, Partial<BacktestConfig>, readonly string[]])[] = [
  [
    "the defaults",
    {},
    [
      "a7e882a805a4495b",
      "e285d762bf8290e2",
      "3f5ea4350618048f",
      "1ef3c497c3301743",
      "ab26cd888ebc9bea",
      "629745da7b8db880",
      "13ed616c9e672c1b",
      "bc6269d41c0c3e6c",
      "c737387d9442b7af",
      "3efbbc79e596ecab",
      "b756b2f3c0a49606",
    ],
  ],
  [
    "costs, one side and closes",
    { feeBps: 3, slippageBps: 7, side: "long", fill: "nextClose" },
    [
      "45f3646153cfb9d5",
      "76d8c1f9c94db59f",
      "cbc7a8f80c83c370",
      "9347edb3c1e12389",
      "62e32f7b7566e4fb",
      "6bce9cceb09025bb",
      "9cee8869d6bbf2ac",
      "889109170197f6bd",
      "2f14e013618e5bbd",
      "83d8d24743eb13b1",
      "3bf15f54a8f1bc9f",
    ],
  ],
  [
    "a risk-free rate",
    { riskFreeRate: 0.03, side: "short", initialCapital: 1234.5 },
    [
      "5c53f67b01138376",
      "3a1dcbed35fce791",
      "49597506ccbec741",
      "dd7db032b9101af8",
      "51f6310d80f5e762",
      "450709b874d6e84b",
      "63f49fb27399a4d2",
      "fcefb5038d50cdfa",
      "897dfdb43aa11bb6",
      "3655c9b26c89bc3b",
      "777330d1068db640",
    ],
  ],
];

describe("a configuration of the first version's keys", () => {
  it.each(known)("gives the first version's results bit for bit: %s", async (_name, config, digests) => {
    const result = await backtest(memoryDataset(market()), { config });
    expect(result.symbols).toHaveLength(3);
    const { portfolio } = result;
    if (portfolio === undefined) throw new Error("there is no portfolio");
    const found = [
      ...result.symbols.flatMap(symbolDigests),
      digest(portfolio.times, portfolio.equity),
      metricsDigest(portfolio.metrics),
    ];
    expect(found).toEqual(digests);
  });
});
