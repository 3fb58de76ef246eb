import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arraysOfReader } from "@atc/backtest";
import { workerExecutor } from "@atc/executor-worker";
import { afterEach, beforeEach, expect, it } from "vitest";
import { figuresCodec } from "../src/backtest/result-codecs.ts";
import { threadBatches } from "../src/backtest/thread-batches.ts";
import { ingestFile, openData, openRuntime } from "../src/index.ts";
import { openSpool } from "../src/spool/open-spool.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "atc-killed-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** The tasks, whose thread ends in the middle of the second symbol the first time. */
const dyingTasks = (flag: string): string => `
import { existsSync, writeFileSync } from "node:fs";
import { backtestSymbols as run, disposeWorker } from ${JSON.stringify(new URL("../dist/bundle/tasks.js", import.meta.url).href)};
export { disposeWorker };
export const backtestSymbols = Object.assign((input, context) => run(input, {
  ...context,
  throwIfCancelled() { context.throwIfCancelled(); },
  onProgress(progress) {
    context.onProgress(progress);
    if (progress.done > 60000 && !existsSync(${JSON.stringify(flag)})) {
      writeFileSync(${JSON.stringify(flag)}, "");
      process.exit(3);
    }
  },
}), { version: run.version });
`;

it("computes a batch again whose thread was killed in the middle, to the same curves in the same place", async () => {
  const symbols = ["A", "B", "C"];
  const rows = symbols.flatMap((symbol, seed) =>
    Array.from({ length: 60_000 }, (_, i) => {
      const price = 100 + 10 * Math.sin(i / (300 + seed)) + ((i * 7919) % 100) / 25;
      return `${symbol},${1.5e12 + i * 60_000},${price.toFixed(2)}`;
    }),
  );
  await writeFile(join(cwd, "bars.csv"), `symbol,timestamp,close\n${rows.join("\n")}\n`);
  const flag = join(cwd, "died");
  await writeFile(join(cwd, "tasks.mjs"), dyingTasks(flag));
  await using runtime = await openRuntime({ cwd, env: {} });
  await ingestFile(runtime, "bars.csv", { name: "bars" });
  using opened = await openData(runtime, "bars");
  const { dataset } = opened;
  const sized = symbols.map((symbol) => ({ symbol, bars: 60_000 }));
  const curvesOf = async (module: string) => {
    await using executor = workerExecutor({ threads: 1, modules: { "@atc/runtime": module } });
    using spool = openSpool({ symbols: sized, folders: [cwd], warn: () => undefined });
    const outcome = await threadBatches(runtime, {
      codec: figuresCodec,
      metrics: [],
      dataset,
      bars: 180_000,
      executor,
      spool,
    }).compute(symbols);
    return [outcome?.results, symbols.map((symbol) => arraysOfReader(spool.curves.reader(symbol)))];
  };
  const whole = await curvesOf(new URL("../dist/bundle/tasks.js", import.meta.url).href);
  const killed = await curvesOf(`file://${join(cwd, "tasks.mjs")}`);
  expect(existsSync(flag)).toBe(true);
  expect(JSON.stringify(killed[0])).toBe(JSON.stringify(whole[0]));
  // Compared as bytes: element by element takes seconds.
  const bytes = (curves: unknown): string[] =>
    (curves as ReturnType<typeof arraysOfReader>[]).flatMap(({ times, equity, directions, trades }) =>
      [times, equity, directions, trades.profit, trades.entryTime].map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("base64"),
      ),
    );
  expect(bytes(killed[1]).every((text, i) => text === bytes(whole[1])[i])).toBe(true);
});
