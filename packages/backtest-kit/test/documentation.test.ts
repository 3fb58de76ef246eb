import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as published from "../src/index.ts";
import { datasetOf, pick, walk } from "./bars.ts";
import { createFakeHost } from "./fake-host.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map((match) => match[1] ?? "");

/** Runs a block of the README with the given imports and returns its output. */
async function run(code: string, given: Readonly<Record<string, unknown>>): Promise<unknown[][]> {
  const printed: unknown[][] = [];
  const all = { ...published, ...given, console: { log: (...line: unknown[]) => printed.push(line) } };
  const body = code.replaceAll(/^import .*$/gm, "");
  // biome-ignore lint/security/noGlobalEval: runs the README of this package, which a test alone reads
  const make = eval(`(async ({ ${Object.keys(all).join(", ")} }) => {${body}})`) as (
    names: typeof all,
  ) => Promise<void>;
  await make(all);
  return printed;
}

it("runs the README's plugin", async () => {
  const { host, Backtest } = createFakeHost();
  const dataset = datasetOf({ BTCUSDT: pick(walk(5 * 1440), (i) => i < 300 || i > 310) });
  const mmapStore = () => ({ open: async () => dataset });
  const given = { host: { ...host, Backtest: { run: renamed(Backtest.run) } }, mmapStore };
  const [first, ...closed] = await run(blocks[0] ?? "", given);
  expect(first).toEqual([11, "minutes are filled"]);
  expect(closed.length).toBeGreaterThan(2);
});

it("runs the README's candles of ccxt", async () => {
  expect(await run(blocks[1] ?? "", {})).toEqual([[1704067200000n, Float64Array.of(42005), 1]]);
});

/** The fake host's events with the member names of the real one. */
function renamed(original: ReturnType<typeof createFakeHost>["Backtest"]["run"]) {
  return async function* (...input: Parameters<typeof original>): AsyncGenerator<unknown> {
    for await (const event of original(...input)) yield { ...event, pnl: { pnlPercentage: event.pnlPercentage } };
  };
}
