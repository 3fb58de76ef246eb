import { type SignalRows, unmatchedRows } from "@atc/backtest";
import type { Dataset } from "@atc/contract";
import type { DatasetNote } from "../data/dataset-note.ts";
import { counted, shortTime } from "../data/note-parts.ts";
import type { MemberFile } from "./member-file.ts";

/** Names in a note. */
const mostNames = 5;

function listOf(names: readonly string[]): string {
  const rest = names.length - mostNames;
  return names.slice(0, mostNames).join(", ") + (rest > 0 ? ` and ${rest.toLocaleString("en")} more` : "");
}

/** What a run uses of a dataset. */
interface UsedData {
  readonly dataset: Dataset;
  /** The symbols of the run. */
  readonly symbols: readonly string[];
}

/** Symbols of a file that the data lacks. */
function lackingNote(
  kind: DatasetNote["kind"],
  label: string,
  names: Iterable<string>,
  { dataset }: UsedData,
): readonly DatasetNote[] {
  const known = new Set(dataset.symbols());
  const lacking = [...names].filter((name) => !known.has(name));
  const { length: count } = lacking;
  if (count === 0) return [];
  const what = counted(count, "symbol is", "symbols are");
  return [{ kind, count, text: `${label}: ${what} not in the data: ${listOf(lacking)}` }];
}

function unmatchedNote({ symbols: found }: SignalRows, label: string, used: UsedData): readonly DatasetNote[] {
  let count = 0;
  let rows = 0;
  const places: string[] = [];
  for (const symbol of used.symbols) {
    const signals = found.get(symbol);
    if (signals === undefined) continue;
    rows += signals.times.length;
    const unmatched = unmatchedRows(used.dataset.series(symbol), signals);
    if (unmatched.first === undefined) continue;
    count += unmatched.count;
    const first = shortTime(new Date(unmatched.first).toISOString());
    places.push(`${symbol} ${unmatched.count.toLocaleString("en")} (first ${first})`);
  }
  if (count === 0) return [];
  const what = `${count.toLocaleString("en")} of ${counted(rows, "row has", "rows have")}`;
  return [
    { kind: "signals", count, text: `${label}: ${what} no bar at their time and decide nothing: ${listOf(places)}` },
  ];
}

/** What a file of decisions and the data lack of each other. */
export function signalNotes(rows: SignalRows, label: string, used: UsedData): readonly DatasetNote[] {
  const without = used.symbols.filter((symbol) => !rows.symbols.has(symbol));
  const { length: count } = without;
  const what = counted(count, "symbol of the data has", "symbols of the data have");
  return [
    ...lackingNote("signals", label, rows.symbols.keys(), used),
    ...unmatchedNote(rows, label, used),
    ...(count === 0
      ? []
      : [{ kind: "signals", count, text: `${label}: ${what} no row, so flat: ${listOf(without)}` } as const]),
  ];
}

/** What a file of members and the data lack of each other. */
export function memberNotes({ label, members }: MemberFile, used: UsedData): readonly DatasetNote[] {
  const extents = new Map(used.dataset.manifest.series.map((extent) => [extent.symbol, extent]));
  const isTicks = used.dataset.manifest.schema.columns.some(({ type }) => type === "timestamp[ns]");
  const inMs = (time: bigint): number => Number(isTicks ? time / 1_000_000n : time);
  const never = used.symbols.filter((symbol) => {
    const extent = extents.get(symbol);
    if (extent === undefined) return true;
    const [first, last] = [inMs(extent.firstTime), inMs(extent.lastTime)];
    return !(members.get(symbol) ?? []).some(([from, to]) => from <= last && to > first);
  });
  const { length: count } = never;
  const what = counted(
    count,
    "symbol of the data is never a member and opens",
    "symbols of the data are never members and open",
  );
  return [
    ...lackingNote("universe", label, members.keys(), used),
    ...(count === 0
      ? []
      : [
          {
            kind: "universe",
            count,
            text: `${label}: ${what} no position: ${listOf(never)}`,
          } as const,
        ]),
  ];
}
