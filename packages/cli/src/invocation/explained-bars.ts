import { AtcError } from "@atc/contract";
import type { BarPlace } from "@atc/runtime/checks";
import { timeOf } from "./period.ts";

/** Collects the values of an option that may be repeated. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * The bars that `--explain SYMBOL@TIME` names. A symbol may have the character too: the last one counts.
 *
 * @throws ATC_INVALID_ARGUMENT for a text without a symbol or a time
 */
export function explainedBars({ explain = [] }: Readonly<Record<string, unknown>>): readonly BarPlace[] {
  return (explain as readonly string[]).map((text) => {
    const at = text.lastIndexOf("@");
    const symbol = text.slice(0, Math.max(at, 0)).trim();
    const value = text.slice(at + 1).trim();
    const time = symbol === "" ? undefined : timeOf("--explain", value);
    if (time === undefined)
      throw new AtcError(
        "ATC_INVALID_ARGUMENT",
        `--explain is "${text}"; give a symbol and the time of a bar, such as SPY@2024-01-31 or EURUSD@2024-01-31T14:00`,
        { details: { flag: "--explain", value: text } },
      );
    return { symbol, time, isDate: /^\d{4}-\d\d-\d\d$/.test(value) };
  });
}
