import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { latestDecisions } from "../src/checks.ts";
import { openBacktest, type Runtime } from "../src/index.ts";
import { type WatchStep, watchDataset } from "../src/market.ts";
import { hour, project, start } from "./fetched-data.ts";
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

/** Decisions of two symbols until some bars after the watch begins, and of one that the exchange does not have. */
const decisions = [
  "timestamp,symbol,direction",
  ...Array.from({ length: history + 24 }, (_, i) => {
    const time = new Date(start + i * hour).toISOString();
    const direction = i % 3 === 0 ? -1 : 1;
    return `${time},AA/USDT,${direction}\n${time},BA/USDT,${-direction}\n${time},XX/USDT,1`;
  }),
].join("\n");

/** One symbol is no member from the second day of the watch on, and one never is. */
const lastDay = new Date(start + history * hour).toISOString().slice(0, 10);
const members = `symbol,from,to\nAA/USDT,2021-01-01,${lastDay}\nBA/USDT,2021-01-01,\n`;

const kinds = [
  ["a module of the user's", { strategy: "./trend.mjs" }, []],
  ["a strategy of all symbols", { strategy: "momentum", parameters: { bars: 5, hold: 2 } }, []],
  ["ATC over the last bars", { limit: 100 }, []],
  [
    "a file of decisions",
    { signals: "decisions.csv" },
    [
      "decisions.csv: 1 symbol is not in the data: XX/USDT",
      expect.stringContaining("have no bar at their time and decide nothing"),
      "decisions.csv: 1 symbol of the data has no row, so flat: CA/USDT",
    ],
  ],
  [
    "ATC for members",
    { universe: "members.csv" },
    ["members.csv: 1 symbol of the data is never a member and opens no position: CA/USDT"],
  ],
] as const;

describe("a watch of another strategy", () => {
  it.each(kinds)("reports the changes that a backtest of all bars has: %s", async (_, config, fileNotes) => {
    const files = { "trend.mjs": trend, "decisions.csv": decisions, "members.csv": members };
    await using server = await hours(history + 0.5);
    await using folder = await project(config, files);
    await folder.fetch(server, names);
    const all: WatchStep[] = [];
    const watchOnce = async (): Promise<void> => {
      const options = { ...watching(server), once: true };
      for await (const step of watchDataset(folder.runtime, "coins", options)) all.push(step);
    };
    await watchOnce();
    server.now += 16 * hour;
    await watchOnce();
    await watchOnce();
    expect(all[0]?.notes).toEqual([expect.stringContaining("no state yet"), ...fileNotes]);
    const { symbols } = await latestDecisions(folder.runtime, "coins");
    expect(Object.fromEntries(all.at(-1)?.directions ?? [])).toEqual(
      Object.fromEntries(symbols.map(({ symbol, direction }) => [symbol, direction])),
    );
    expect(all.at(-1)?.events).toEqual([]);
    // With a limit, the first bar moves, so what was decided at earlier bars changes too.
    if ("limit" in config) return;
    const changes = await changesFrom(folder.runtime, history);
    expect(changes.length).toBeGreaterThan(2);
    expect(eventsOf(all)).toEqual(changes);
  });

  it("says once what its file and the data lack of each other, and reads the file at every close", async () => {
    const rows = (direction: number): string =>
      `timestamp,symbol,direction\n${new Date(start).toISOString()},AA/USDT,${direction}\n`;
    await using server = await hours(history + 0.5);
    await using folder = await project({ signals: "decisions.csv" }, { "decisions.csv": rows(1) });
    await folder.fetch(server, names);
    const [first, ...later] = await steps(folder, server, history + 2, async () => {
      await writeFile(`${folder.cwd}/decisions.csv`, rows(-1));
    });
    expect([first?.directions.get("AA/USDT"), later[0]?.directions.get("AA/USDT")]).toEqual([1, -1]);
    expect(first?.notes).toHaveLength(2);
    expect(later.map(({ notes }) => notes)).toEqual([[], []]);
  });
});
