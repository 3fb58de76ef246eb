import type { ReportData } from "../data/report-data.ts";
import type { ReportResult } from "../data/report-result.ts";
import { symbolColumns } from "../data/symbol-columns.ts";
import { type BlockContent, type BlockContents, blockContents } from "./block-content.ts";
import { type BlockJson, blockFormat, blockVersion } from "./block-format.ts";
import { type BlockMembers, createBlockMembers } from "./block-members.ts";
import { textsOf } from "./block-texts.ts";
import { addCurve, addOverview } from "./curve-arrays.ts";
import { addShownBars } from "./shown-bars.ts";
import { addTrades } from "./trade-arrays.ts";
import { type Deflating, zipArchive } from "./zip.ts";

/** Above this number of symbols, the block has the shown metrics of each alone. */
const mostWholeSymbols = 300;

/** The part of the bytes that is left for single bars if prices are candles of several. */
const singlesPart = 1 / 8;
/** Times that single bars are counted again until they fit. */
const mostTries = 6;

/** The members of the JSON that do not depend on the detail. */
type FixedMembers = Omit<BlockJson, "areDates" | "lastTime" | "trades" | "bars" | "sparks" | "arrays">;

/** The result as it is in the block. */
function keptResult(result: ReportResult): Pick<BlockJson, "result" | "symbolMetrics"> {
  if (result.symbols.length <= mostWholeSymbols) return { result };
  const kept = ["symbol", "warnings", "costs", "bankruptAt", ...symbolColumns.map(({ name }) => name)];
  const symbols = result.symbols.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([name]) => kept.includes(name))),
  );
  return { result: { ...result, symbols: symbols as unknown as ReportResult["symbols"] }, symbolMetrics: kept };
}

function fixedMembers(data: ReportData): FixedMembers {
  const { curve, result, rollingWindow, signalThresholds } = data;
  return {
    format: blockFormat,
    version: blockVersion,
    n: curve?.length ?? 0,
    ...keptResult(result),
    ...(rollingWindow === undefined ? {} : { rollingWindow }),
    ...(signalThresholds === undefined ? {} : { signalThresholds }),
    ...textsOf(data),
  };
}

/** Adds the arrays; returns the members of the JSON that describe them. */
function addArrays(
  members: BlockMembers,
  { timeUnit, curve, trades, bars, ...rest }: BlockContent,
): Pick<BlockJson, "areDates" | "lastTime" | "trades" | "bars" | "sparks"> {
  if (curve !== undefined) {
    addOverview(members, curve);
    addCurve(members, curve);
  }
  const entry = trades && addTrades(members, trades, timeUnit);
  return {
    areDates: curve?.areDates ?? false,
    ...(curve === undefined ? {} : { lastTime: curve.lastTime }),
    ...(entry === undefined ? {} : { trades: entry }),
    ...addShownBars(members, bars, rest),
  };
}

function archiveOf(fixed: FixedMembers, content: BlockContent, deflating?: Deflating): Uint8Array {
  const members = createBlockMembers();
  const described = addArrays(members, content);
  const json: BlockJson = { ...fixed, ...described, arrays: members.entries() };
  const text = new TextEncoder().encode(JSON.stringify(json));
  return zipArchive([{ name: "report.json", bytes: text }, ...members.files()], deflating);
}

/** The archive with as many single bars as fit. */
function withSingles(archive: Uint8Array, fixed: FixedMembers, contents: BlockContents, mostBytes: number): Uint8Array {
  const room = mostBytes - archive.length;
  if (room <= 0) return archive;
  // A bar takes a byte or more.
  const all = contents.singles(room);
  if (all === undefined || all.length === 0) return archive;
  let count = all.length;
  for (let tries = 0; tries < mostTries; tries++) {
    const fuller = archiveOf(fixed, { ...contents.content(), singles: all.first(count) });
    if (fuller.length <= mostBytes) return fuller;
    count = Math.floor((0.95 * count * room) / (fuller.length - archive.length));
  }
  return archive;
}

const hasCandlesIn = ({ bars }: BlockContent): boolean => bars.some(({ bits }) => bits > 0);

/**
 * Makes the data block of a report, which is a valid NPZ: as much detail as fits `mostBytes`, or the least detail if
 * that is more.
 *
 * @param deflating - `fast` has the same members, unless it would need less detail than `best`; then it is `best`
 */
export function dataBlock(data: ReportData, mostBytes: number, deflating: Deflating = "best"): Uint8Array {
  const fixed = fixedMembers(data);
  const contents = blockContents(data);
  const whole = contents.content();
  if (deflating === "fast" && !hasCandlesIn(whole)) {
    const archive = archiveOf(fixed, whole, deflating);
    if (archive.length <= mostBytes) return archive;
  }
  for (;;) {
    const content = contents.content();
    const hasCandles = hasCandlesIn(content);
    const archive = archiveOf(fixed, content);
    if (archive.length <= (hasCandles ? 1 - singlesPart : 1) * mostBytes || !contents.lower())
      return hasCandles ? withSingles(archive, fixed, contents, mostBytes) : archive;
  }
}
