import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  allocateFills,
  allocateTrades,
  type arraySink,
  arraysOfReader,
  type CurveArrays,
  type CurveContent,
  type Fills,
  type Trades,
} from "@atc/backtest";
import { isAtcError } from "@atc/contract";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSpool } from "../src/spool/open-spool.ts";
import { readArea, writeArea } from "../src/spool/spool-area.ts";
import { spoolCurves } from "../src/spool/spool-curves.ts";
import { createFillRows, createTradeRows } from "../src/spool/trade-rows.ts";

let folder: string;
const warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);

beforeEach(async () => {
  warnings.length = 0;
  folder = await mkdtemp(join(tmpdir(), "atc-spool-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tradeNumbers = [
  "quantity",
  "entryPrice",
  "exitPrice",
  "fees",
  "slippage",
  "profit",
  "return",
  "mae",
  "mfe",
] as const;
const fillNumbers = ["quantity", "price", "fee", "slippage"] as const;

/** Fills of recognisable values. */
function fillsOf(count: number, seed: number): Fills {
  const fills = allocateFills(count);
  for (let i = 0; i < count; i++) {
    fills.time[i] = BigInt(seed * 1e6 + i) - 2n ** 40n;
    fills.reason[i] = i % 9;
    for (const [k, name] of fillNumbers.entries()) fills[name][i] = (seed + 2) * Math.cos(i + k) * 10 ** (k - 3);
  }
  return fills;
}

/** Trades of recognisable values, no two symbols' alike. */
function tradesOf(count: number, seed: number): Trades {
  const trades = allocateTrades(count);
  for (let i = 0; i < count; i++) {
    trades.entryTime[i] = BigInt(seed * 1e6 + i) - 2n ** 40n;
    trades.exitTime[i] = 2n ** 62n + BigInt(seed * 1000 + i);
    trades.direction[i] = i % 2 === 0 ? 1 : -1;
    trades.open[i] = i === count - 1 ? 1 : 0;
    trades.barsHeld[i] = 3 * i;
    trades.reason[i] = i % 10;
    for (const [k, name] of tradeNumbers.entries()) trades[name][i] = (seed + 1) * Math.sin(i + k) * 10 ** (k - 3);
  }
  return trades;
}

function curvesOf(bars: number, trades: number, seed: number): CurveArrays {
  return {
    times: BigInt64Array.from({ length: bars }, (_, i) => BigInt(i) * 60_000n - BigInt(seed)),
    equity: Float64Array.from({ length: bars }, (_, i) => 1e4 + Math.cos(i * seed)),
    directions: Int8Array.from({ length: bars }, (_, i) => ((i + seed) % 3) - 1),
    columns: {
      cash: Float64Array.from({ length: bars }, (_, i) => Math.sin(i * seed)),
      close: Float64Array.from({ length: bars }, (_, i) => i + 1 / seed),
    },
    trades: tradesOf(trades, seed),
    fills: fillsOf(Math.min(3 * bars, 2 * trades), seed),
  };
}

function put(
  sink: ReturnType<typeof arraySink> | ReturnType<ReturnType<typeof spoolCurves>["sink"]>,
  curves: CurveArrays,
): void {
  const block = 1000;
  for (let row = 0; row < curves.times.length; row += block) {
    const rows = Math.min(block, curves.times.length - row);
    const room = sink.room(block);
    expect(room.directions.every((direction) => direction === 0)).toBe(true);
    room.times.set(curves.times.subarray(row, row + rows));
    room.equity.set(curves.equity.subarray(row, row + rows));
    room.directions.set(curves.directions.subarray(row, row + rows));
    room.columns.cash?.set(curves.columns.cash?.subarray(row, row + rows) ?? []);
    room.columns.close?.set(curves.columns.close?.subarray(row, row + rows) ?? []);
    sink.takeBars(rows);
  }
  sink.takeTrades(curves.trades);
  sink.takeFills?.(curves.fills);
  sink.finish();
}

const content: CurveContent = { columns: ["cash", "close"], fills: true };

/** Symbols of more bytes than a spool keeps in memory. */
const large = [
  { symbol: "A", bars: 150_001 },
  { symbol: "B", bars: 3 },
  { symbol: "C", bars: 150_000 },
];
const small = large.map(({ symbol, bars }) => ({ symbol, bars: Math.min(bars, 5001) }));

describe.each([
  ["files", large],
  ["memory", small],
])("a spool in %s", (kind, symbols) => {
  it("returns the data of each symbol, also with fewer bars than its capacity", () => {
    using spool = openSpool({ symbols, content, folders: [folder], warn });
    expect(typeof spool.part([]).bars).toBe(kind === "files" ? "number" : "object");
    const written = symbols.map(({ bars }, seed) => curvesOf(bars - seed, Math.min(bars, 1300 + seed), seed + 1));
    for (const [i, { symbol, bars }] of symbols.entries())
      put(spool.curves.sink(symbol, bars), written[i] as CurveArrays);
    for (const [i, { symbol }] of symbols.entries())
      expect(arraysOfReader(spool.curves.reader(symbol))).toEqual(written[i]);
  });
  it("leaves no file behind, not even while it is open", async () => {
    using spool = openSpool({ symbols, content, folders: [folder], warn });
    put(spool.curves.sink("B", 3), curvesOf(3, 1, 1));
    expect(await readdir(folder)).toEqual([]);
  });
  it("takes what another thread wrote into its part", () => {
    using spool = openSpool({ symbols, content, folders: [folder], warn });
    const part = spool.part(["A"]);
    const theirs = spoolCurves(part, new Map(part.regions.map((region) => [region.symbol, region])));
    const curves = curvesOf(5000, 70, 3);
    put(theirs.sink("A", 5000), curves);
    expect(() => spool.curves.reader("A")).toThrow(expect.objectContaining({ code: "ATC_NOT_FOUND" }));
    spool.curves.register("A", { bars: 5000, trades: 70, fills: 140 });
    expect(arraysOfReader(spool.curves.reader("A"))).toEqual(curves);
    expect(() => theirs.sink("C", 5)).toThrow(expect.objectContaining({ code: "ATC_NOT_FOUND" }));
  });
  it("keeps the portfolio's points beside the symbols", () => {
    using spool = openSpool({ symbols, content, folders: [folder], warn });
    const last = curvesOf(3, 2, 2);
    put(spool.curves.sink("B", 3), last);
    const points = symbols.reduce((sum, { bars }) => sum + bars, 0);
    const { times, equity } = curvesOf(points, 0, 5);
    for (let row = 0; row < points; row += 4096)
      spool.portfolio.take(times.subarray(row), equity.subarray(row), Math.min(4096, points - row));
    const read = { times: new BigInt64Array(points - 7), equity: new Float64Array(points - 7) };
    spool.portfolio.read(7, read.times, read.equity);
    expect(read).toEqual({ times: times.subarray(7), equity: equity.subarray(7) });
    expect(arraysOfReader(spool.curves.reader("B"))).toEqual(last);
  });
});

describe("a spool without a folder for its files", () => {
  it("uses the next folder, memory last, and warns", async () => {
    const missing = join(folder, "missing");
    using second = openSpool({ symbols: large, folders: [missing, folder], warn });
    expect(typeof second.part([]).bars).toBe("number");
    expect(warnings).toEqual([]);
    using memory = openSpool({ symbols: large, folders: [missing], warn });
    expect(typeof memory.part([]).bars).toBe("object");
    expect(warnings).toEqual([expect.stringContaining("the curves of the backtest stay in memory")]);
    await mkdir(missing);
  });
});

describe("an area", () => {
  it("reports a disk that refuses, and an end that comes too early", () => {
    const failure = (run: () => void): unknown => {
      try {
        run();
      } catch (error) {
        return error;
      }
      return undefined;
    };
    using spool = openSpool({ symbols: large, folders: [folder], warn });
    const { bars } = spool.part([]);
    expect(
      isAtcError(
        failure(() => readArea(bars, 1e9, new Uint8Array(8))),
        "ATC_CORRUPT_DATA",
      ),
    ).toBe(true);
    expect(
      isAtcError(
        failure(() => writeArea(987_654, 0, new Uint8Array(8))),
        "ATC_IO",
      ),
    ).toBe(true);
    expect(
      isAtcError(
        failure(() => readArea(987_654, 0, new Uint8Array(8))),
        "ATC_IO",
      ),
    ).toBe(true);
  });
});

describe("packed rows", () => {
  const number = fc.double();
  const time = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const numbers = fc.array(number, { minLength: 9, maxLength: 9 });
  const reason = fc.integer({ min: 0, max: 255 });

  it("hold every bit of every column of trades", () => {
    const held = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const row = fc.tuple(time, time, fc.constantFrom(-1, 0, 1), fc.constantFrom(0, 1), held, reason, numbers);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 0, max: 600 }), (rows, more) => {
        const trades = allocateTrades(rows.length + more);
        rows.forEach(([entry, exit, direction, open, barsHeld, why, values], i) => {
          trades.entryTime[i] = entry;
          trades.exitTime[i] = exit;
          trades.direction[i] = direction;
          trades.open[i] = open;
          trades.barsHeld[i] = barsHeld;
          trades.reason[i] = why;
          for (const [k, name] of tradeNumbers.entries()) trades[name][i] = values[k] as number;
        });
        const bytes: Uint8Array[] = [];
        createTradeRows().pack(trades, (_row, portion) => void bytes.push(portion.slice()));
        const back = allocateTrades(trades.length);
        createTradeRows().unpack(back, (_row, portion) => portion.set(bytes.shift() as Uint8Array));
        expect(back).toEqual(trades);
      }),
      { numRuns: 50 },
    );
  });
  it("hold every bit of every column of fills", () => {
    const row = fc.tuple(time, reason, numbers);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 0, max: 600 }), (rows, more) => {
        const fills = allocateFills(rows.length + more);
        rows.forEach(([at, why, values], i) => {
          fills.time[i] = at;
          fills.reason[i] = why;
          for (const [k, name] of fillNumbers.entries()) fills[name][i] = values[k] as number;
        });
        const bytes: Uint8Array[] = [];
        createFillRows().pack(fills, (_row, portion) => void bytes.push(portion.slice()));
        const back = allocateFills(fills.length);
        createFillRows().unpack(back, (_row, portion) => portion.set(bytes.shift() as Uint8Array));
        expect(back).toEqual(fills);
      }),
      { numRuns: 50 },
    );
  });
});
