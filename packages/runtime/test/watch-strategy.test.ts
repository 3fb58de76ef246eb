import { describe, expect, it } from "vitest";
import { latestDecisions } from "../src/checks.ts";
import { openBacktest, type Runtime } from "../src/index.ts";
import { updateDataset, type WatchStep, watchDataset } from "../src/market.ts";
import { access, hour, project, start } from "./fetched-data.ts";
import { eventsOf, history, hours, names, steps, watching } from "./watched-data.ts";

const trend = `export default {
  name: "trend",
  outputs: ["strength"],
  start() {
    const closes = [];
    return {
      decide({ close }, directions, { strength }) {
        for (let i = 0; i < close.length; i++) {
          closes.push(close[i]);
          const growth = close[i] / closes.at(-9) - 1;
          directions[i] = growth > 0.01 ? 1 : growth < -0.01 ? -1 : 0;
          if (strength) strength[i] = Math.min(1, Math.abs(growth));
        }
      },
    };
  },
};
`;

/** The changes of direction from a bar on, as one backtest of all bars finds them. */
async function changesFrom(runtime: Runtime, bar: number): Promise<readonly string[]> {
  using run = await openBacktest(runtime, "coins", { curves: true, recorded: ["strength", "entry", "close"] });
  const { accounts, decisions, figures } = run.curves;
  const readers = [
    ...accounts.map(({ figures: { symbol }, curves }) => ({ symbol, curves })),
    ...(figures.contributions ?? []).flatMap(({ symbol }) => {
      const curves = decisions?.(symbol);
      return curves === undefined ? [] : [{ symbol, curves }];
    }),
  ];
  const found: string[] = [];
  for (const { symbol, curves } of readers) {
    const directions = new Int8Array(curves.bars);
    const strength = new Float64Array(curves.bars);
    curves.directions(0, directions);
    if (curves.columns.includes("strength")) curves.column("strength", 0, strength);
    for (let i = bar; i < curves.bars; i++)
      if (directions[i] !== directions[i - 1])
        found.push(`${start + i * hour} ${symbol} ${directions[i]} ${strength[i]}`);
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

const kinds = [
  ["a module of the user's", { strategy: "./trend.mjs" }],
  ["a strategy of all symbols", { strategy: "momentum", parameters: { bars: 5, hold: 2 } }],
  ["ATC over the last bars", { limit: 100 }],
] as const;

describe("a watch of another strategy", () => {
  it.each(kinds)(
    "reports the changes that a backtest of all bars has: %s",
    async (_, config) => {
      await using server = await hours(history + 0.5);
      await using folder = await project(config, { "trend.mjs": trend });
      await folder.fetch(server, names);
      const all: WatchStep[] = [
        ...(await steps(folder, server, history + 1, async ({ directions }) => {
          const { symbols } = await latestDecisions(folder.runtime, "coins");
          expect(Object.fromEntries(directions)).toEqual(
            Object.fromEntries(symbols.map(({ symbol, direction }) => [symbol, direction])),
          );
        })),
      ];
      // In between, hours pass, and another program updates the dataset.
      server.now += 6 * hour;
      await updateDataset(folder.runtime, "coins", access(server));
      server.now += 6 * hour;
      for (let i = 0; i < 2; i++)
        for await (const step of watchDataset(folder.runtime, "coins", { ...watching(server), once: true }))
          all.push(step);
      // With a limit, the first bar moves, so what was decided at earlier bars changes too.
      if ("limit" in config) return;
      const changes = await changesFrom(folder.runtime, history);
      expect(changes.length).toBeGreaterThan(3);
      expect(eventsOf(all)).toEqual(changes);
      expect(all.at(-1)?.events).toEqual([]);
    },
    60_000,
  );
});
