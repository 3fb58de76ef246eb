import { expect, it } from "vitest";
import { exitCodes } from "../src/process/exit-code.ts";
import { runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

/** Closes that rise for 5 days, fall by a tenth and rise again. */
async function writeBars(): Promise<void> {
  const closes = [100, 101, 102, 103, 104, 93, 94, 95, 96, 97, 98, 99];
  const rows = closes.map((close, i) => {
    const open = closes[i - 1] ?? close;
    const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${open},${Math.max(open, close)},${Math.min(open, close)},${close}`;
  });
  await shop.file("bars.csv", `date,open,high,low,close\n${rows.join("\n")}\n`);
}

const usual = ["backtest", "bars.csv", "--strategy", "hold", "--fee-bps", "0", "--stop-loss", "0.05"] as const;

it("--explain shows decision, fill, costs, exits and the account of a bar, once per option", async () => {
  await writeBars();
  const bars = ["2024-01-01", "2024-01-02", "2024-01-06", "2024-01-08"].flatMap((day) => ["--explain", `bars@${day}`]);
  const run = await shop.atc(...usual, "--slippage-bps", "100", ...bars);
  expect(run.code).toBe(exitCodes.ok);
  const texts = run.stdout.split(/\n(?=bars at )/).slice(1);
  expect(texts).toHaveLength(4);
  const [first, entry, exit, later] = texts;
  expect(first).toContain("decided before  nothing: this is the first bar of the account");
  expect(entry).toMatch(/^ {2}decided before +long, at the close of 2024-01-01$/m);
  expect(entry).toMatch(
    /^ {2}filled +bought 100 at 101 \(reference 100, slippage 100\.00, fee 0\.00\), reason signal: position 0 -> 100$/m,
  );
  expect(entry).toMatch(/^ {2}position +100 since 2024-01-02, entry price 101$/m);
  expect(entry).toMatch(/^ {2}exits +stop loss at 95\.95 \(5\.0 %\)$/m);
  expect(entry).toMatch(/^ {2}close +101$/m);
  expect(entry).toMatch(/^ {2}decided +long; an order fills at the open of the next bar$/m);
  expect(exit).toMatch(/^ {2}filled +sold 100 at 94\.9905 \(reference 95\.95, .*reason stopLoss: position 100 -> 0$/m);
  expect(exit).toMatch(/^ {2}trade ended +long 100 from 2024-01-02 at 101 to 94\.9905, 4 bars, .*reason stopLoss$/m);
  expect(exit).toMatch(/^ {2}position +none$/m);
  expect(later).toMatch(
    /^ {2}filled +nothing: stopLoss closed the last position at 2024-01-06, and reentry is nextSignal$/m,
  );
});

it("--explain adds the bars to JSON, and leaves the files of curves alone", async () => {
  await writeBars();
  await shop.atc(...usual, "--equity", "without.csv");
  const run = await shop.atc(...usual, "--json", "--explain", "bars@2024-01-02T00:00Z", "--equity", "with.csv");
  expect(run.json()).toMatchObject({
    portfolio: { trades: 1 },
    explanations: [
      {
        symbol: "bars",
        time: "2024-01-02T00:00:00.000Z",
        decidedBefore: { direction: 1 },
        fills: [{ reference: 100, price: 100, reason: "signal", before: 0, after: 100 }],
        position: { before: 0, after: 100, stopLoss: 95 },
        account: { equity: 10_100, cash: 0 },
      },
    ],
  });
  expect(await shop.atc(...usual, "--json").then((plain) => plain.json())).not.toHaveProperty("explanations");
  const { readFile } = await import("node:fs/promises");
  const [without, withIt] = await Promise.all(
    ["without.csv", "with.csv"].map((name) => readFile(`${shop.path}/${name}`, "utf8")),
  );
  expect(withIt).toBe(without);
});

it("--explain refuses what is not a bar, and names the nearest", async () => {
  await writeBars();
  for (const text of ["bars", "@2024-01-02", "bars@", "bars@soon"]) {
    const run = await shop.atc(...usual, "--json", "--explain", text);
    expect(run.code).toBe(exitCodes.usage);
    expect(errorOf(run).message).toContain("--explain");
  }
  const missing = await shop.atc(...usual, "--json", "--explain", "bars@2024-02-01");
  expect(missing.code).toBe(exitCodes.notFound);
  expect(errorOf(missing)).toMatchObject({ details: { nearest: ["2024-01-12T00:00:00.000Z"] } });
  const symbol = await shop.atc(...usual, "--json", "--explain", "bar@2024-01-02");
  expect(errorOf(symbol).message).toContain('did you mean "bars"?');
});

it("--explain does not take decisions of a file for signals of ATC", async () => {
  await writeBars();
  await shop.file("decided.csv", "date,direction\n2024-01-02,1\n");
  const args = ["backtest", "bars.csv", "--signals", "decided.csv", "--explain", "bars@2024-01-04"];
  const run = await shop.atc(...args);
  expect(run.stdout).toMatch(/^ {2}decided +long; an order/m);
  expect(run.stdout).not.toMatch(/parts of the signal|average signal/);
  const json = (await shop.atc(...args, "--json")).json() as { readonly explanations: readonly object[] };
  expect(json.explanations[0]).not.toHaveProperty("atc");
});

it("--explain fits a terminal of 80 columns", async () => {
  await writeBars();
  const { code, stdout } = await runAtc(shop.path, [...usual, "--explain", "bars@2024-01-02"], { COLUMNS: "80" });
  expect(code).toBe(exitCodes.ok);
  expect(stdout).toMatch(/^ {2}filled +bought 100 at .*\n {18}\S.*position 0 -> 100$/m);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
