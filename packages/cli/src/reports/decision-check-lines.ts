import { printableLine } from "@atc/plugin-kit";
import type { ChangedDecision, LookaheadFinding, ShiftedStart, WarmupFinding } from "@atc/runtime";
import type { DecisionChecks } from "@atc/runtime/checks";
import { counted, integer, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { type TextColumn, textTable, wrapped } from "../text/text-table.ts";

/** The most symbols in a table. */
const mostSymbols = 60;

/** What each cause means, and what to look for. */
const causes: Readonly<Record<ChangedDecision["cause"], string>> = {
  ahead:
    "ahead: the decision reads bars after its own; look for an index beyond the current bar, such as close[i + 1], and for figures of a whole block, such as its mean",
  blocks:
    "blocks: the same bars in other blocks give another decision; keep what a decision needs of earlier bars in what start returns",
  unsteady:
    "unsteady: a second run over the same bars decides otherwise; look for random numbers, clocks, and variables outside of start",
};

function decisionText({ direction, strength, entry }: ChangedDecision["whole"]): string {
  const side = direction > 0 ? "long" : direction < 0 ? "short" : "flat";
  const details = [
    ...(strength === undefined ? [] : [String(Number(strength.toPrecision(6)))]),
    ...(entry === undefined ? [] : [entry ? "entry" : "no entry"]),
  ];
  return details.length === 0 ? side : `${side} (${details.join(", ")})`;
}

function total<One>(all: readonly One[], count: (one: One) => number): number {
  return all.reduce((sum, one) => sum + count(one), 0);
}

/** Lines of a text that fit a screen. */
function fitted(text: string, { width = Number.POSITIVE_INFINITY }: Screen): string {
  return wrapped(printableLine(text), "", width, "  ").join("\n");
}

const changeColumns: readonly TextColumn[] = [
  { title: "symbol", align: "left", isWhole: true },
  { title: "cause", align: "left", isWhole: true },
  { title: "bar", align: "left", isWhole: true },
  { title: "decision", align: "left" },
  { title: "data to", align: "left", isWhole: true },
  { title: "decision then", align: "left" },
];

/** Whether decisions depend on later bars, for people. */
export function lookaheadText({ strategy, symbols }: DecisionChecks<LookaheadFinding>, screen: Screen): string {
  const bars = counted(
    total(symbols, (one) => one.bars),
    "bar",
  );
  const cuts = counted(
    total(symbols, (one) => one.cuts),
    "row",
  );
  const looked = `${counted(symbols.length, "symbol")}, ${bars}, data that ends at ${cuts}`;
  const changed = symbols.flatMap(({ symbol, first }) => (first === undefined ? [] : [{ symbol, ...first }]));
  if (changed.length === 0) return fitted(`${strategy}: no decision depends on later bars (${looked})`, screen);
  const rows = changed
    .slice(0, mostSymbols)
    .map(({ symbol, cause, time, cut, whole, other }) => [
      symbol,
      cause,
      timeText(time),
      decisionText(whole),
      timeText(cut),
      decisionText(other),
    ]);
  const rest = changed.length > mostSymbols ? [`and ${integer(changed.length - mostSymbols)} more symbols`] : [];
  const found = new Set(changed.map(({ cause }) => cause));
  return [
    fitted(
      `${strategy}: decisions change for ${integer(changed.length)} of ${looked}; the first of each symbol`,
      screen,
    ),
    textTable(changeColumns, rows, screen),
    ...rest,
    ...Object.entries(causes).flatMap(([cause, text]) =>
      found.has(cause as ChangedDecision["cause"]) ? [fitted(text, screen)] : [],
    ),
  ].join("\n");
}

/** A share of directions, with enough digits to distinguish few from none. */
function shareText(changed: number, bars: number): string {
  if (bars === 0) return "-";
  const share = (100 * changed) / bars;
  if (changed > 0 && share < 0.01) return "<0.01 %";
  return `${changed === 0 ? "0" : share.toFixed(2)} %`;
}

/** The row of one shift over all symbols. */
function shiftRow(shift: number, all: readonly ShiftedStart[]): readonly string[] {
  const beyond = all[0]?.beyond ?? [];
  return [
    integer(shift),
    integer(all.length),
    integer(total(all, ({ bars }) => bars)),
    shareText(
      total(all, ({ changed }) => changed),
      total(all, ({ bars }) => bars),
    ),
    ...beyond.map((_, i) =>
      shareText(
        total(all, (one) => one.beyond[i]?.changed ?? 0),
        total(all, (one) => one.beyond[i]?.bars ?? 0),
      ),
    ),
    integer(Math.max(...all.map(({ lastChange }) => lastChange))),
  ];
}

/** How far decisions depend on the bars before, for people. */
export function warmupText({ strategy, symbols }: DecisionChecks<WarmupFinding>, screen: Screen): string {
  const byShift = new Map<number, ShiftedStart[]>();
  for (const { shifts } of symbols)
    for (const one of shifts) byShift.set(one.shift, [...(byShift.get(one.shift) ?? []), one]);
  const bars = counted(
    total(symbols, (one) => one.bars),
    "bar",
  );
  const looked = `${counted(symbols.length, "symbol")}, ${bars}`;
  if (byShift.size === 0)
    return fitted(
      `${strategy}: no symbol is longer than the smallest shift (${looked}); give smaller ones, such as --shifts 20,100`,
      screen,
    );
  const ages = [...byShift.values()][0]?.[0]?.beyond ?? [];
  const columns: readonly TextColumn[] = [
    { title: "start later by", align: "right" },
    { title: "symbols", align: "right", fold: 2 },
    { title: "directions", align: "right", fold: 3 },
    { title: "changed", align: "right" },
    ...ages.map(({ after }): TextColumn => ({ title: `after ${integer(after)} bars`, align: "right", fold: 1 })),
    { title: "last change at bar", align: "right" },
  ];
  const rows = [...byShift].sort(([a], [b]) => a - b).map(([shift, all]) => shiftRow(shift, all));
  return [
    fitted(`${strategy}: share of later directions that change if the data starts later (${looked})`, screen),
    textTable(columns, rows, screen),
    fitted(
      "bars are counted from the later start; a strategy that forgets its start has 0 % after its longest look-back",
      screen,
    ),
  ].join("\n");
}
