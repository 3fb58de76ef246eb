import { randomBytes } from "node:crypto";
import { closeSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { PortfolioListener } from "@atc/backtest";
import { readArea, type SpoolArea, writeArea } from "./spool-area.ts";
import { type SpoolCurves, spoolCurves } from "./spool-curves.ts";
import { layOutSpool, pointBytes, type SizedSymbol, type SpoolRegion } from "./spool-layout.ts";

/** The most bytes of a spool that lies in memory. */
const mostMemory = 16 * 2 ** 20;

/** What a thread needs to write curves of some symbols into a spool. */
export interface SpoolPart {
  /** Bars. */
  readonly bars: SpoolArea;
  /** Trades. */
  readonly trades: SpoolArea;
  /** Where the symbols lie. */
  readonly regions: readonly SpoolRegion[];
}

/** The curve of a portfolio in a spool. */
interface SpooledPortfolio {
  /** Points taken so far. */
  readonly length: number;
  /** Takes the next points. */
  readonly take: PortfolioListener;
  /** Fills both arrays, of equal length, with the points from `row` on. */
  read(row: number, times: BigInt64Array, equity: Float64Array): void;
}

/**
 * Curves of a backtest that nobody has to hold in memory: in two files that have no name, so that nothing is left of them however the process ends, or,
 * while they are small, in memory that threads share. Disposal gives them back.
 */
export interface Spool extends Disposable {
  /** The curves of the symbols. */
  readonly curves: SpoolCurves;
  /** The portfolio's curve. */
  readonly portfolio: SpooledPortfolio;
  /** What a thread needs to write the curves of some symbols. */
  part(symbols: readonly string[]): SpoolPart;
}

/** What a spool is made for. */
export interface SpoolOptions {
  /** The symbols and the bars that each can have at most. */
  readonly symbols: readonly SizedSymbol[];
  /** Folders for the files, the first that takes them. Those whose files lie in memory come last: they would be no gain. */
  readonly folders: readonly string[];
  /** Receives what became of the folders if none takes the files and the curves stay in memory. */
  readonly warn: (message: string) => void;
}

interface OpenAreas extends Disposable {
  readonly bars: SpoolArea;
  readonly trades: SpoolArea;
}

/** A file for reading and writing whose name is gone before anything is written. */
function namelessFile(folder: string): number {
  const path = join(folder, `.curves-${process.pid}-${randomBytes(8).toString("hex")}`);
  const descriptor = openSync(path, "wx+", 0o600);
  try {
    unlinkSync(path);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}

function filesIn(folder: string): OpenAreas {
  const bars = namelessFile(folder);
  try {
    const trades = namelessFile(folder);
    return {
      bars,
      trades,
      [Symbol.dispose]() {
        closeSync(bars);
        closeSync(trades);
      },
    };
  } catch (error) {
    closeSync(bars);
    throw error;
  }
}

function inMemory(barArea: number, tradeArea: number): OpenAreas {
  return {
    bars: new SharedArrayBuffer(barArea),
    trades: new SharedArrayBuffer(tradeArea),
    [Symbol.dispose]: () => undefined,
  };
}

/** What Linux says of file systems in memory: tmpfs and ramfs. */
const memoryFileSystems: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);

function liesInMemory(folder: string): boolean {
  try {
    return memoryFileSystems.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

function openAreas(barArea: number, tradeArea: number, { folders, warn }: SpoolOptions): OpenAreas {
  if (barArea + tradeArea <= mostMemory) return inMemory(barArea, tradeArea);
  let reason = "no folder was given";
  const onDisk = folders.filter((folder) => !liesInMemory(folder));
  for (const folder of new Set([...onDisk, ...folders]))
    try {
      return filesIn(folder);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  warn(`the curves of the backtest stay in memory, since no folder takes them: ${reason}`);
  return inMemory(barArea, tradeArea);
}

/** Opens a spool for the curves of some symbols. */
export function openSpool(options: SpoolOptions): Spool {
  const layout = layOutSpool(options.symbols);
  const areas = openAreas(layout.barArea, layout.tradeArea, options);
  let isOpen = true;
  return {
    curves: spoolCurves(areas, layout.regions),
    portfolio: spooledPortfolio(areas.bars, layout.portfolioOffset, layout.portfolioPoints),
    part: (symbols) => ({
      bars: areas.bars,
      trades: areas.trades,
      regions: symbols.flatMap((symbol) => layout.regions.get(symbol) ?? []),
    }),
    [Symbol.dispose]() {
      // A descriptor that is closed twice may be somebody else's by then.
      if (isOpen) areas[Symbol.dispose]();
      isOpen = false;
    },
  };
}

/** Times first, then equities, both in room for all points. */
function spooledPortfolio(area: SpoolArea, offset: number, points: number): SpooledPortfolio {
  let taken = 0;
  const equityOffset = offset + (pointBytes / 2) * points;
  return {
    get length() {
      return taken;
    },
    take(times, equity, length) {
      writeArea(area, offset + 8 * taken, times.subarray(0, length));
      writeArea(area, equityOffset + 8 * taken, equity.subarray(0, length));
      taken += length;
    },
    read(row, times, equity) {
      readArea(area, offset + 8 * row, times);
      readArea(area, equityOffset + 8 * row, equity);
    },
  };
}
