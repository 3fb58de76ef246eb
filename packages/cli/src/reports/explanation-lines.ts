import { printableLine } from "@atc/plugin-kit";
import type { AtcConfig, BarDecision } from "@atc/runtime";
import type { AccountState, BarExplanation, ExplainedFill } from "@atc/runtime/checks";
import { counted, percent, price, timeText } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { shortened } from "../text/shortened.ts";
import { wrapped } from "../text/text-table.ts";

type Configuration = Pick<
  AtcConfig,
  "signal" | "signals" | "strategy" | "exitUnits" | "stopLoss" | "takeProfit" | "trailingStop" | "reentry" | "side"
>;

/** Units of a symbol. */
function units(quantity: number): string {
  return quantity === 0 ? "0" : price(quantity);
}

/** An amount with two decimals; more if it is small. */
function money(value: number): string {
  return Math.abs(value) >= 0.01 || value === 0 ? value.toFixed(2) : price(value);
}

function sideOf(direction: number): string {
  return direction > 0 ? "long" : direction < 0 ? "short" : "flat";
}

function decisionText(
  { direction, strength, entry }: BarDecision,
  { signal, signals, strategy }: Configuration,
): string {
  const isAtc = strategy === "atc" && signals === undefined;
  const name = signal === "weight" ? "weight" : isAtc ? "average signal" : "strength";
  // A strategy that decides no strength has that of its direction.
  const isKnown = strength === undefined || Number.isNaN(strength) || (name === "strength" && strength === direction);
  const shown = isKnown ? "" : `, ${name} ${price(strength)}`;
  const entered = entry === undefined ? "" : entry ? ", an entry" : ", no entry";
  return `${sideOf(direction)}${shown}${entered}`;
}

const fillTexts: Readonly<Record<BarExplanation["fill"], string>> = {
  nextOpen: "at the open of the next bar",
  nextClose: "at the close of the next bar",
  worst: "at the worst price of the next bar",
};

function fillText({ quantity, reference, price: paid, slippage, fee, reason, before, after }: ExplainedFill): string {
  const action = quantity > 0 ? "bought" : "sold";
  const costs = `slippage ${money(slippage)}, fee ${money(fee)}`;
  return `${action} ${units(Math.abs(quantity))} at ${price(paid)} (reference ${price(reference)}, ${costs}), reason ${reason}: position ${units(before)} -> ${units(after)}`;
}

function accountText({ equity, cash, exposure }: AccountState): string {
  return `equity ${money(equity)}, cash ${money(cash)}, exposure ${percent(exposure).replace("+", "")}`;
}

const protective: ReadonlySet<string> = new Set(["stopLoss", "takeProfit", "trailingStop", "timeExit", "marginCall"]);

/** Why nothing was filled, as far as the recorded rows and the configuration show. */
function nothingText({ decidedBefore, position, closing }: BarExplanation, { side, reentry }: Configuration): string {
  const wanted = decidedBefore?.direction ?? 0;
  if (wanted === 0 && position.before === 0) return "nothing: no position, and none wanted";
  if (wanted === Math.sign(position.before)) return "nothing: the position follows the decision";
  if ((side === "long" && wanted < 0) || (side === "short" && wanted > 0)) return `nothing: side is ${side}`;
  if (position.before === 0 && closing !== undefined && protective.has(closing.reason) && reentry === "nextSignal")
    return `nothing: ${closing.reason} closed the last position at ${timeText(closing.time)}, and reentry is nextSignal`;
  return "nothing: the account made no order, for lack of money or a free position, or because the order is too small";
}

/** The protective exits of a position: levels that its entry price gives, and distances of the others. */
function exitTexts({ position }: BarExplanation, config: Configuration): readonly string[] {
  const { exitUnits } = config;
  const distance = (value: number): string => (exitUnits === "atr" ? `${value} ATR` : percent(value).replace("+", ""));
  const fixed = (name: string, value: number, level: number | undefined): readonly string[] =>
    value === 0
      ? []
      : [
          level === undefined
            ? `${name} ${distance(value)} from the entry`
            : `${name} at ${price(level)} (${distance(value)})`,
        ];
  return [
    ...fixed("stop loss", config.stopLoss, position.stopLoss),
    ...fixed("take profit", config.takeProfit, position.takeProfit),
    ...(config.trailingStop === 0 ? [] : [`trailing stop ${distance(config.trailingStop)} from the best price so far`]),
  ];
}

/** What each kind of average adds to the signal of ATC. */
function atcLines({ atc }: BarExplanation): readonly (readonly [string, string])[] {
  if (atc === undefined) return [];
  const kinds = atc.kinds.map(({ kind, signal, weight, part }) => {
    const shown = signal === null ? "no signal yet" : `signal ${price(signal)}`;
    return `${kind} ${part > 0 ? "+" : ""}${price(part)} (${shown}, weight ${weight === null ? "-" : price(weight)})`;
  });
  return kinds.map((text, i) => [i === 0 ? "parts of the signal" : "", text]);
}

/** What a backtest decided and filled at one bar, for people, in lines that fit a screen. */
export function explanationLines(
  explanation: BarExplanation,
  config: Configuration,
  screen: Screen,
): readonly string[] {
  const { symbol, time, decidedBefore, decided, close, fill, fills, position, ended, accountBefore, account } =
    explanation;
  const held =
    position.since === undefined
      ? "none"
      : `${units(position.after)} since ${timeText(position.since)}, entry price ${price(position.entryPrice ?? 0)}`;
  const lines: readonly (readonly [string, string])[] = [
    decidedBefore === undefined
      ? ["decided before", "nothing: this is the first bar of the account"]
      : ["decided before", `${decisionText(decidedBefore, config)}, at the close of ${timeText(decidedBefore.time)}`],
    ...(accountBefore === undefined ? [] : [["account before", accountText(accountBefore)] as const]),
    ...(fills.length === 0 ? [["filled", nothingText(explanation, config)] as const] : []),
    ...fills.map((one, i) => [i === 0 ? "filled" : "", fillText(one)] as const),
    ...ended.map(
      ({ direction, quantity, entryTime, entryPrice, exitPrice, profit, barsHeld, reason }) =>
        [
          "trade ended",
          `${sideOf(direction)} ${units(quantity)} from ${timeText(entryTime)} at ${price(entryPrice)} to ${price(exitPrice)}, ${counted(barsHeld, "bar")}, profit ${money(profit)}, reason ${reason}`,
        ] as const,
    ),
    ["position", held],
    ...(position.since === undefined ? [] : exitTexts(explanation, config)).map(
      (text, i) => [i === 0 ? "exits" : "", text] as const,
    ),
    ...(close === undefined ? [] : [["close", price(close)] as const]),
    ["decided", `${decisionText(decided, config)}; an order fills ${fillTexts[fill]}`],
    ...atcLines(explanation),
    ["account", accountText(account)],
  ];
  const longest = Math.max(...lines.map(([name]) => name.length));
  const hanging = " ".repeat(longest + 4);
  const fitted = lines.flatMap(([name, text]) =>
    wrapped(text, `  ${name.padEnd(longest)}  `, screen.width ?? Number.POSITIVE_INFINITY, hanging),
  );
  return [shortened(printableLine(`${symbol} at ${timeText(time)}`)), ...fitted];
}
