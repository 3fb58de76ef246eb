import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { computeSignals, type DataOptions, openRuntime, runBacktest } from "../src/index.ts";

/** Cells of a file that every reading below can take, some in several ways. */
const price = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 100, max: 999 }).map(String) },
  { weight: 1, arbitrary: fc.constant("") },
);
const volume = fc.constantFrom("1", "2.5", "x");
const row = fc.record({
  symbol: fc.constantFrom("A", "B"),
  day: fc.integer({ min: 1, max: 12 }),
  month: fc.integer({ min: 1, max: 12 }),
  hour: fc.nat(23),
  prices: fc.tuple(price, price, price, price),
  volume,
});
const names = ["open", "high", "low", "close"] as const;

/**
 * Options of reading: names of the header are exchanged, dates are taken apart in another order, faulty rows go or
 * stay.
 */
const reading = fc.record({
  dateOrder: fc.constantFrom("dmy", "mdy"),
  timeZone: fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York"),
  badRows: fc.constantFrom("skip", "nan"),
  extra: fc.constantFrom("keep", "drop"),
  priceScale: fc.constantFrom(1, 100),
  order: fc.shuffledSubarray([...names], { minLength: 4, maxLength: 4 }),
  duplicates: fc.constantFrom("keep-last" as const, "keep-first" as const),
  reread: fc.boolean(),
  named: fc.boolean(),
});

type Reading = typeof reading extends fc.Arbitrary<infer Value> ? Value : never;

function optionsOf({ order, duplicates, reread, named, ...source }: Reading): DataOptions {
  const columns = Object.fromEntries(names.map((name, i) => [name, order[i] as string]));
  return {
    sourceOptions: { ...source, columns },
    duplicates,
    reread,
    ...(named ? { name: `${source.dateOrder}-${source.badRows}` } : {}),
  };
}

const pad = (value: number): string => String(value).padStart(2, "0");
const csvOf = (rows: readonly (typeof row extends fc.Arbitrary<infer Value> ? Value : never)[]): string =>
  `symbol,date,open,high,low,close,volume,other\n${rows
    .map(
      ({ symbol, day, month, hour, prices, volume: size }, i) =>
        `${symbol},${pad(day)}/${pad(month)}/2024 ${pad(hour)}:30:00,${prices.join(",")},${size},${i}`,
    )
    .join("\n")}\n`;

/** What a run gives, its error included. */
async function outcome<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run();
  } catch (error) {
    return String(error);
  }
}

it("whatever the options of reading were before, the cache gives what a run without it gives", {
  timeout: 240_000,
}, async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 6, maxLength: 40 }),
      fc.array(reading, { minLength: 2, maxLength: 6 }),
      async (rows, readings) => {
        const cwd = await mkdtemp(join(tmpdir(), "atc-reading-"));
        const config = { invalidPrices: "skip" };
        try {
          await writeFile(join(cwd, "rows.csv"), csvOf(rows));
          await using cached = await openRuntime({ cwd, env: {}, config, onWarning: () => undefined });
          await using fresh = await openRuntime({ cwd, env: {}, config, cache: false, onWarning: () => undefined });
          // Each reading comes twice, so that results of every one are there when the others follow.
          for (const one of [...readings, ...readings]) {
            const options = optionsOf(one);
            const [ours, right] = [
              await outcome(() => runBacktest(cached, "rows.csv", options)),
              await outcome(() => runBacktest(fresh, "rows.csv", options)),
            ];
            if (typeof ours !== "string" && ours.cached) hits++;
            const report = (run: typeof ours): unknown => (typeof run === "string" ? run : run.report);
            expect(JSON.stringify(report(ours))).toBe(JSON.stringify(report(right)));
            for (const symbol of ["A", "B"]) {
              const signals = async (runtime: typeof cached): Promise<unknown> => {
                const table = await outcome(() => computeSignals(runtime, "rows.csv", { ...options, symbol }));
                return typeof table === "string" ? table : { ...table, cached: undefined };
              };
              expect(await signals(cached)).toEqual(await signals(fresh));
            }
          }
        } finally {
          await rm(cwd, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 15 },
  );
  expect(hits).toBeGreaterThan(15);
});
