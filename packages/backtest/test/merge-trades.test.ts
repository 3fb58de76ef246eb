import { describe, expect, it } from "vitest";
import { allocateTrades, copyTrades, mergeTrades, partOfTrades, type TradeSource, type Trades } from "../src/index.ts";
import { createRandom } from "./random.ts";

/** Trades that end at given times; `quantity` is their number in the source, `fees` the source. */
function tradesOf(ends: readonly number[], hasOpen: boolean, source: number): Trades {
  const trades = allocateTrades(ends.length);
  ends.forEach((end, i) => {
    trades.exitTime[i] = BigInt(end);
    trades.entryTime[i] = BigInt(end) - 1n;
    trades.quantity[i] = i;
    trades.fees[i] = source;
    trades.profit[i] = end / 7;
    trades.barsHeld[i] = i + 3;
    trades.reason[i] = i % 5;
    trades.open[i] = hasOpen && i === ends.length - 1 ? 1 : 0;
  });
  return trades;
}

function sourceOf(trades: Trades): TradeSource {
  return {
    trades: trades.length,
    readTrades: (row, into) => copyTrades(partOfTrades(trades, row, row + into.length), into, 0),
  };
}

function merged(tables: readonly Trades[]): string[] {
  const rows: string[] = [];
  mergeTrades(tables.map(sourceOf), (trades, sources) => {
    for (let i = 0; i < trades.length; i++) {
      expect(trades.fees[i]).toBe(sources[i]);
      expect(trades.barsHeld[i]).toBe((trades.quantity[i] as number) + 3);
      expect(trades.entryTime[i]).toBe((trades.exitTime[i] as bigint) - 1n);
      rows.push(`${trades.exitTime[i]} ${sources[i]} ${trades.quantity[i]} ${trades.open[i]}`);
    }
  });
  return rows;
}

describe("merged trades", () => {
  it("are in the order in which they ended, then of their accounts, open ones last", () => {
    const tables = [
      tradesOf([5, 5, 20], true, 0),
      tradesOf([5, 9], false, 1),
      tradesOf([], false, 2),
      tradesOf([1, 30], true, 3),
    ];
    expect(merged(tables)).toStrictEqual([
      "1 3 0 0",
      "5 0 0 0",
      "5 0 1 0",
      "5 1 0 0",
      "9 1 1 0",
      "20 0 2 1",
      "30 3 1 1",
    ]);
  });
  it("are none without sources", () => {
    expect(merged([])).toStrictEqual([]);
  });
  it("equal a sort of all, also beyond a window, at nanoseconds and before 1970", () => {
    const random = createRandom(7);
    for (const start of [0, -5e12, 1.6e18]) {
      const tables = Array.from({ length: 100 }, (_, source) => {
        let end = start;
        const ends = Array.from({ length: source === 0 ? 3000 : 50 }, () => (end += Math.floor(random() * 40) * 256));
        return tradesOf(ends, random() < 0.3, source);
      });
      const rows = tables.flatMap((trades, source) =>
        Array.from({ length: trades.length }, (_, i) => ({
          end: trades.exitTime[i] as bigint,
          open: trades.open[i] as number,
          text: `${trades.exitTime[i]} ${source} ${i} ${trades.open[i]}`,
        })),
      );
      // A stable sort keeps the order of accounts. Open trades are in that order whatever their time.
      rows.sort((a, b) => a.open - b.open || (a.open === 1 ? 0 : a.end < b.end ? -1 : Number(a.end > b.end)));
      expect(merged(tables)).toStrictEqual(rows.map(({ text }) => text));
    }
  });
});
