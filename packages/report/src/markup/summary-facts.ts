import type { BlockJson } from "../block/block-format.ts";
import { textOf } from "../data/report-result.ts";
import { decimalText, shortestText } from "../text/number-text.ts";
import { isoText } from "../text/time-text.ts";
import { shortText } from "../text/visible-text.ts";

/** `1 bar`, `2 bars`. */
export function counted(count: number, noun: string): string {
  return `${decimalText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const strategyNames: Readonly<Record<string, string>> = { atc: "Adaptive Trend Classification" };

/** The title of a report: what was traded, on what. */
export function titleOf({ title, result, sweep, walkForward }: BlockJson): string {
  if (title !== undefined) return shortText(title);
  const { config, data, symbols, contributions = [] } = result;
  const strategy = String(config["strategy"] ?? "atc");
  const names = [...symbols, ...contributions].map(({ symbol }) => symbol);
  const what = names.length === 1 ? (names[0] ?? "") : data.path;
  const kind = walkForward !== undefined ? "Walk-forward of " : sweep !== undefined ? "Sweep of " : "";
  return `${kind}${shortText(strategyNames[strategy] ?? strategy)} on ${shortText(what)}`;
}

const sides: Readonly<Record<string, string>> = { both: "long and short", long: "long only", short: "short only" };

/** The line of facts below the title. */
export function factsOf({ result }: BlockJson): string {
  const { config, portfolio, symbols, contributions = [], data, skipped } = result;
  const setting = (name: string): string => shortestText(Number(config[name] ?? 0));
  const computed = symbols.length + contributions.length;
  // The account of a walk-forward has no figures of symbols.
  const count = computed === 0 && portfolio !== null && skipped.length === 0 ? data.symbols : computed;
  const side = String(config["side"] ?? "both");
  return [
    ...(portfolio === null
      ? []
      : [
          `${isoText(textOf(portfolio, "start")) ?? ""} \u2013 ${isoText(textOf(portfolio, "end")) ?? ""}`,
          counted(Number((portfolio as unknown as Readonly<Record<string, unknown>>)["bars"] ?? 0), "bar"),
        ]),
    counted(count, "symbol"),
    `capital ${setting("initialCapital")}`,
    `fee ${setting("feeBps")} bps, slippage ${setting("slippageBps")} bps`,
    sides[side] ?? side,
    ...(config["account"] === "shared" ? ["one shared account"] : []),
  ].join(" \u00b7 ");
}
