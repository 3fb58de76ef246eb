import { AtcError } from "@atc/contract";
import { ownMember } from "@atc/plugin-kit";

/** The units of time bars. `mo` is a calendar month. */
export type TimeUnit = "ms" | "s" | "m" | "h" | "d" | "w" | "mo";

/** When a bar ends and the next one begins. */
export type BarRule =
  | {
      /** Bars of equal time. */
      readonly by: "time";
      /** Units per bar, 1 or more. */
      readonly count: number;
      readonly unit: TimeUnit;
    }
  | {
      /** Bars with an equal number of rows (`ticks`), traded volume, or traded value (price times volume). */
      readonly by: "ticks" | "volume" | "dollars";
      /** The least amount per bar, above 0. */
      readonly amount: number;
    };

const timeUnits: Readonly<Record<string, TimeUnit>> = {
  ms: "ms",
  s: "s",
  sec: "s",
  m: "m",
  min: "m",
  h: "h",
  d: "d",
  w: "w",
  mo: "mo",
  month: "mo",
};
/** Whether a word is a unit of time, as {@link formatBarRule} writes it. */
export function isTimeUnit(word: string): boolean {
  return ownMember(timeUnits, word) !== undefined;
}

const amounts: Readonly<Record<string, "ticks" | "volume" | "dollars">> = {
  tick: "ticks",
  ticks: "ticks",
  volume: "volume",
  dollar: "dollars",
  dollars: "dollars",
};
const msPerUnit: Readonly<Partial<Record<TimeUnit, number>>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const msPerDay = 86_400_000;

function refuse(text: string, reason?: string): AtcError {
  return new AtcError(
    "ATC_INVALID_ARGUMENT",
    `"${text}" is not a rule for bars${reason === undefined ? "" : `: ${reason}`}; write 5m, 1h, 1d, 1w, 1mo, 500ticks, 10000volume or 1e6dollars`,
    { details: { option: "to", value: text } },
  );
}

/**
 * Parses a rule such as `5m`, `4h`, `1d`, `1w`, `1mo` (calendar months), `500ticks`, `10000volume` or `1e6dollars`.
 *
 * @throws ATC_INVALID_ARGUMENT for another text, and for hours, minutes or seconds that exceed a day
 */
export function parseBarRule(text: string): BarRule {
  const [, digits = "", word = ""] = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const number = Number(digits);
  // Months and minutes differ by more than case: `1M` is refused rather than guessed.
  const by = ownMember(amounts, word.toLowerCase());
  const unit = word === "M" ? undefined : ownMember(timeUnits, word.toLowerCase());
  if (digits === "" || (by === undefined && unit === undefined)) throw refuse(text);
  const rule: BarRule =
    unit === undefined ? { by: by ?? "ticks", amount: number } : { by: "time", count: number, unit };
  checkBarRule(rule, text);
  return rule;
}

/** Formats a rule as {@link parseBarRule} reads it. */
export function formatBarRule(rule: BarRule): string {
  return rule.by === "time" ? `${rule.count}${rule.unit}` : `${rule.amount}${rule.by}`;
}

/** Milliseconds of an intraday bar; undefined for days, weeks, months and rules that are not by time. */
export function intradayMs(rule: BarRule): number | undefined {
  if (rule.by !== "time") return undefined;
  const ms = msPerUnit[rule.unit];
  return ms === undefined ? undefined : rule.count * ms;
}

/** Throws ATC_INVALID_ARGUMENT for an invalid rule. */
export function checkBarRule(rule: BarRule, text: string = formatBarRule(rule)): void {
  if (rule.by === "time") {
    if (!Number.isSafeInteger(rule.count) || rule.count < 1)
      throw refuse(text, "the number must be an integer of at least 1");
    if ((intradayMs(rule) ?? 0) > msPerDay) throw refuse(text, "it is more than a day; use days");
  } else if (!(rule.amount > 0 && rule.amount < Number.POSITIVE_INFINITY))
    throw refuse(text, "the amount must be above 0");
  else if (rule.by === "ticks" && !Number.isSafeInteger(rule.amount))
    throw refuse(text, "the number of ticks must be an integer");
}
