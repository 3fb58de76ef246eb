import type { createFakeHost, FakeTrade } from "./fake-host.ts";

/** The closed trades of the strategy "atc" on the exchange "atc". */
export async function trades(
  fake: ReturnType<typeof createFakeHost>,
  symbol: string,
  frameName = "all",
): Promise<FakeTrade[]> {
  const all: FakeTrade[] = [];
  const context = { strategyName: "atc", exchangeName: "atc", frameName };
  for await (const event of fake.Backtest.run(symbol, context)) if (event.action === "closed") all.push(event);
  return all;
}
