import { printableLine } from "@atc/plugin-kit";
import type { SignalScan, SignalTable, SymbolState } from "@atc/runtime";
import { counted, integer, timeText } from "../text/number-format.ts";
import { plainScreen, type Screen } from "../text/screen.ts";
import type { TextColumn } from "../text/text-table.ts";
import { textTable, wrapped } from "../text/text-table.ts";

/** The most kinds per row. */
const mostKinds = 3;
/** The most symbols, or warnings, that are named below the table; `--json` has all of them. */
const mostLines = 12;

const headings: readonly TextColumn[] = [
  { title: "symbol", align: "left" },
  { title: "date", align: "left" },
  { title: "close", align: "right", fold: 2 },
  { title: "signal", align: "right" },
  { title: "direction", align: "left" },
  { title: "since", align: "left", fold: 3 },
  { title: "strongest", align: "left", fold: 1 },
];

const directions: Readonly<Record<string, string>> = { "-1": "short", "0": "-", "1": "long" };

function signed(value: number | null): string {
  if (value === null) return "-";
  const text = value.toFixed(2);
  if (Number(text) === 0) return "0.00";
  return value > 0 ? `+${text}` : text;
}

/** The kinds that push the signal to its side, with what each adds to it. */
function strongestText({ strongest, kinds }: SymbolState): string {
  const parts = new Map(kinds.map(({ kind, part }) => [kind, part]));
  const shown = strongest.slice(0, mostKinds).map((kind) => `${kind.toUpperCase()} ${signed(parts.get(kind) ?? null)}`);
  const more = strongest.length > mostKinds ? [`${strongest.length - mostKinds} more`] : [];
  return [...shown, ...more].join(", ") || "-";
}

function row(state: SymbolState): readonly string[] {
  return [
    state.symbol,
    timeText(state.time),
    String(Number(state.close.toPrecision(8))),
    signed(state.averageSignal),
    directions[String(state.direction)] ?? "-",
    timeText(state.since),
    strongestText(state),
  ];
}

/** The state of one symbol at its last bar. */
export function stateLine({ symbol, length, times, timeUnit, close, columns, last }: SignalTable): string {
  const at = (bar: number): string => {
    const time = times[bar] ?? 0n;
    return timeText(new Date(Number(timeUnit === "ns" ? time / 1_000_000n : time)).toISOString());
  };
  let since = length - 1;
  while (since > 0 && columns.direction[since - 1] === last.direction) since--;
  // The first bar has no signal, so a direction that holds there is older than these bars.
  const held = `${directions[String(last.direction)]} since ${at(since)}${since === 0 ? " or before" : ""}`;
  const direction = last.direction === 0 ? "no direction yet" : held;
  const price = String(Number((close[length - 1] ?? 0).toPrecision(8)));
  return `${symbol}: ${counted(length, "bar")}, the last of ${at(length - 1)} with close ${price}; average signal ${signed(last.averageSignal)}, ${direction}`;
}

function names(symbols: readonly string[]): string {
  return symbols.length <= 4 ? symbols.join(", ") : `${symbols.slice(0, 3).join(", ")} and ${symbols.length - 3} more`;
}

/** The symbols that have no bar on the newest day: their state is not that of today. */
function staleLines({ symbols }: SignalScan, shown: readonly SymbolState[]): readonly string[] {
  const newest =
    symbols
      .map(({ time }) => time.slice(0, 10))
      .toSorted()
      .at(-1) ?? "";
  const stale = shown.filter(({ time }) => !time.startsWith(newest)).map(({ symbol }) => symbol);
  if (stale.length === 0) return [];
  return [`no bar on ${newest}, the newest day: ${names(stale.toSorted())}`];
}

/** Warnings of symbols, alike ones together. */
export function warningLines(
  states: readonly Pick<SymbolState, "symbol" | "warnings">[],
  screen: Screen,
): readonly string[] {
  const symbolsByWarning = new Map<string, string[]>();
  for (const { symbol, warnings } of states)
    for (const warning of warnings) {
      const symbols = symbolsByWarning.get(warning);
      if (symbols === undefined) symbolsByWarning.set(warning, [symbol]);
      else symbols.push(symbol);
    }
  const all = [...symbolsByWarning].map(([warning, symbols]) => `${names(symbols.toSorted())}: ${warning}`);
  return listedUnder("Warnings:", all, screen);
}

function listedUnder(title: string, all: readonly string[], { width }: Screen): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length > mostLines ? [`  and ${all.length - mostLines} more (--json lists all)`] : [];
  const limit = width ?? Number.POSITIVE_INFINITY;
  return ["", title, ...all.slice(0, mostLines).flatMap((text) => wrapped(printableLine(text), "  ", limit)), ...more];
}

/** The symbols that {@link scanTable} left out. */
export function skippedLines(skipped: SignalScan["skipped"], screen: Screen = plainScreen): readonly string[] {
  return listedUnder(
    `Skipped (${integer(skipped.length)}):`,
    skipped.map(({ symbol, reason }) => `${symbol}: ${reason}`),
    screen,
  );
}

/**
 * The state of symbols for people, the strongest signal first.
 *
 * @param shown - the symbols whose signal is strong enough
 */
export function scanTable(scan: SignalScan, shown: readonly SymbolState[], screen: Screen = plainScreen): string {
  const weaker = scan.symbols.length - shown.length;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const fitted = (line: string): readonly string[] => wrapped(printableLine(line), "", width, "  ");
  return [
    ...fitted(`${scan.path}: ${counted(scan.symbols.length, "symbol")}`),
    "",
    shown.length === 0 ? "no symbol to show" : textTable(headings, shown.map(row), screen),
    ...(weaker > 0 ? [`and ${counted(weaker, "symbol")} below --min-signal`] : []),
    ...staleLines(scan, shown).flatMap(fitted),
    ...warningLines(shown, screen),
    ...skippedLines(scan.skipped, screen),
  ].join("\n");
}
