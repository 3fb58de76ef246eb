import { randomBytes } from "node:crypto";
import { closeSync, openSync, statfsSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { CurveContent, PortfolioListener } from "@atc/backtest";
import { readArea, type SpoolArea, writeArea } from "./spool-area.ts";
import { type SpoolCurves, spoolCurves } from "./spool-curves.ts";
import { layOutSpool, pointBytes, type SizedSymbol, type SpoolRegion } from "./spool-layout.ts";

/** The largest spool that is kept in memory, in bytes. */
const mostMemory = 16 * 2 ** 20;

/** What a thread needs to write the curves of some symbols into a spool. */
export interface SpoolPart {
  readonly bars: SpoolArea;
  readonly trades: SpoolArea;
  readonly content: CurveContent;
  readonly regions: readonly SpoolRegion[];
}

/** The curve of a portfolio in a spool. */
interface SpooledPortfolio {
  /** Points written so far. */
  readonly length: number;
  /** Appends points. */
  readonly take: PortfolioListener;
  /** Fills both arrays, of equal length, with the points from `row`. */
  read(row: number, times: BigInt64Array, equity: Float64Array): void;
}

/**
 * Stores the curves of a backtest outside of the heap. Large curves are in two files without a name, of which nothing
 * is left however the process ends; small ones are in memory that threads share. Disposal frees them.
 */
export interface Spool extends Disposable {
  readonly curves: SpoolCurves;
  readonly portfolio: SpooledPortfolio;
  /** What a thread needs to write the curves of some symbols. */
  part(symbols: readonly string[]): SpoolPart;
}

/** The place of a spool. */
export interface SpoolFolders {
  /**
   * Folders for the files; the first usable one is taken. Folders in memory (tmpfs) are tried last, as they save
   * nothing.
   */
  readonly folders: readonly string[];
  /** Receives a warning if no folder can be used and the curves stay in memory. */
  readonly warn: (message: string) => void;
}

/** The size and the place of a spool of curves. */
export interface SpoolOptions extends SpoolFolders {
  /** The symbols, each with the most bars that it can have. */
  readonly symbols: readonly SizedSymbol[];
  /** What is stored besides times, equity, directions and trades. Default: nothing. */
  readonly content?: CurveContent;
}

interface OpenAreas extends Disposable {
  readonly bars: SpoolArea;
  readonly trades: SpoolArea;
}

/** A file for reading and writing that is unlinked before anything is written. Throws what the disk throws. */
export function namelessFile(folder: string): number {
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

/** Types that Linux reports for file systems in memory: tmpfs and ramfs. */
const memoryFileSystems: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);

function isInMemory(folder: string): boolean {
  try {
    return memoryFileSystems.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

/** What the first usable folder gives; undefined, after a warning, if there is none. */
function firstUsable<Opened>({ folders, warn }: SpoolFolders, open: (folder: string) => Opened): Opened | undefined {
  let reason = "no folder was given";
  const onDisk = folders.filter((folder) => !isInMemory(folder));
  for (const folder of new Set([...onDisk, ...folders]))
    try {
      return open(folder);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  warn(`the curves of the backtest stay in memory because no folder can hold them: ${reason}`);
  return undefined;
}

function openAreas(barArea: number, tradeArea: number, options: SpoolOptions): OpenAreas {
  if (barArea + tradeArea <= mostMemory) return inMemory(barArea, tradeArea);
  return firstUsable(options, filesIn) ?? inMemory(barArea, tradeArea);
}

/** Opens one area of some bytes: a file without a name, or memory if it is small or no folder can be used. */
export function openArea(bytes: number, folders: SpoolFolders): Disposable & { readonly area: SpoolArea } {
  const descriptor = bytes <= mostMemory ? undefined : firstUsable(folders, namelessFile);
  let isOpen = descriptor !== undefined;
  return {
    area: descriptor ?? new SharedArrayBuffer(bytes),
    [Symbol.dispose]() {
      // A descriptor must not be closed twice: its number may be in use again.
      if (isOpen && descriptor !== undefined) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/** Opens a spool for the curves of some symbols. */
export function openSpool(options: SpoolOptions): Spool {
  const { content = {} } = options;
  const layout = layOutSpool(options.symbols, content);
  const areas = openAreas(layout.barArea, layout.tradeArea, options);
  let isOpen = true;
  return {
    curves: spoolCurves({ bars: areas.bars, trades: areas.trades, content }, layout.regions),
    portfolio: spooledPortfolio(areas.bars, layout.portfolioOffset, layout.portfolioPoints),
    part: (symbols) => ({
      bars: areas.bars,
      trades: areas.trades,
      content,
      regions: symbols.flatMap((symbol) => layout.regions.get(symbol) ?? []),
    }),
    [Symbol.dispose]() {
      // A descriptor must not be closed twice: its number may be in use again.
      if (isOpen) areas[Symbol.dispose]();
      isOpen = false;
    },
  };
}

/** The area has room for the times of all points, followed by room for all equities. */
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
