import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRuntime, runBacktest } from "../src/index.ts";

const cwd = await mkdtemp(join(tmpdir(), "atc-decisions-"));
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** Three symbols with all columns of decisions; the value of B's bar 2 is not one. */
async function writeBars(column: string, value: string): Promise<void> {
  const names = ["direction", "longEntry", "longExit", "shortEntry", "shortExit"];
  const rows = ["A", "B", "C"].flatMap((symbol) =>
    Array.from({ length: 6 }, (_, t) => {
      const cells = names.map((name) => (symbol === "B" && t === 2 && name === column ? value : "0"));
      return [symbol, `2024-01-0${t + 1}`, 10 + t, ...cells].join(",");
    }),
  );
  await writeFile(join(cwd, "bars.csv"), [`symbol,timestamp,close,${names.join(",")}`, ...rows, ""].join("\n"));
}

describe.each(["separate", "shared"])("a decision that is not one, account: %s", (account) => {
  it.each([
    ["direction", "2", {}],
    ["shortEntry", "0.5", { signal: "entries" }],
  ] as const)(
    "in the column %s skips its symbol alone, with and without threads, also from the cache",
    async (...given) => {
      const [column, value, config] = given;
      await writeBars(column, value);
      for (const executor of ["inline", "worker"]) {
        const all = { ...config, account, executor, batchSize: 1, strategy: "columns", cacheDir: `cache-${executor}` };
        for (const expected of [false, true]) {
          await using runtime = await openRuntime({ cwd, env: {}, config: all });
          const { report, cached } = await runBacktest(runtime, "bars.csv");
          const computed = report.contributions ?? report.symbols;
          expect([cached, computed.map(({ symbol }) => symbol)]).toEqual([expected, ["A", "C"]]);
          expect(report.skipped).toEqual([
            { symbol: "B", code: "ATC_INVALID_ARGUMENT", reason: expect.stringMatching(/"B".* at bar 2/) },
          ]);
        }
      }
    },
  );
});
