import { AtcError } from "@atc/contract";
import type { BarRule } from "./bar-rule.ts";
import { formatBarRule, intradayMs } from "./bar-rule.ts";
import type { ResolvedResample } from "./resample-options.ts";
import type { SourceSurvey } from "./source-survey.ts";

const day = 86_400_000;
const mostDays = 800;

export type TimeRule = BarRule & { readonly by: "time" };

/** The length of rows, in ms and in calendar months; 0 months for rows of days and less. */
export type RowLength = Pick<SourceSurvey, "rowMs" | "months">;

const units = [
  ["w", 7 * day],
  ["d", day],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

function formatMs(ms: number): string {
  const [unit, length] = units.find(([, one]) => ms % one === 0) ?? ["ms", 1];
  return `${ms / length}${unit}`;
}

/** The length of rows as a rule for bars, such as `30m` or `1mo`. */
export function formatLength({ rowMs, months }: RowLength): string {
  return months > 0 ? `${months}mo` : formatMs(rowMs);
}

function daysOf({ count, unit }: TimeRule): number {
  return unit === "w" ? 7 * count : count;
}

/** Whether bars of a rule are a multiple of the rows, so that no row belongs to two bars. */
export function fits(rule: TimeRule, { rowMs, months }: RowLength, hasSession: boolean): boolean {
  const length = intradayMs(rule);
  // Intraday bars end with the day. A session cuts the last one, and starts the first.
  if (length !== undefined) return length % rowMs === 0 && (hasSession || day % rowMs === 0);
  if (hasSession && rowMs < day) return true;
  if (rule.unit === "mo") return months > 0 ? rule.count % months === 0 : day % rowMs === 0;
  return months === 0 && (daysOf(rule) * day) % rowMs === 0;
}

/** The nearest rules that fit, below and above. */
export function nearestFits(rule: TimeRule, length: RowLength, hasSession: boolean): readonly string[] {
  const { rowMs, months } = length;
  const isFit = (one: TimeRule): boolean => fits(one, length, hasSession);
  const barMs = intradayMs(rule);
  if (months > 0) {
    const below = rule.unit === "mo" ? Math.floor(rule.count / months) * months : 0;
    return [below, below + months].filter((count) => count > 0).map((count) => `${count}mo`);
  }
  const found: string[] = [];
  if (barMs !== undefined) {
    const multiple = Math.floor(barMs / rowMs) * rowMs;
    const isAligned = isFit({ by: "time", count: rowMs, unit: "ms" });
    if (isAligned && multiple > 0) found.push(formatMs(multiple));
    if (isAligned && multiple + rowMs <= day) return [...found, formatMs(multiple + rowMs)];
  }
  const weekMs = 7 * day;
  const step = rowMs % weekMs === 0 ? 7 : 1;
  const days = barMs !== undefined ? 0 : rule.unit === "mo" ? 30 * rule.count : daysOf(rule);
  const write = (count: number): string => (step === 7 ? `${count / 7}w` : `${count}d`);
  const start = Math.floor(days / step) * step;
  for (let count = start; count > 0 && found.length === 0; count -= step)
    if (isFit({ by: "time", count, unit: "d" })) found.push(write(count));
  for (let count = start + step; count <= start + mostDays; count += step)
    if (isFit({ by: "time", count, unit: "d" })) return [...found, write(count)];
  return found;
}

/** The length of rows for a message if they are longer than bars of the rule; else undefined. */
export function longerLength(rule: TimeRule, survey: SourceSurvey): string | undefined {
  const { shortest, rowMs, months } = survey;
  const barMs = intradayMs(rule);
  // Intraday rows may be rare, but not closer than their length.
  if (barMs !== undefined) return shortest > barMs ? `${shortest} ms` : undefined;
  const isMonths = rule.unit === "mo";
  const isLonger = isMonths ? months > rule.count || rowMs > 31 * day * rule.count : rowMs > daysOf(rule) * day;
  return isLonger ? formatLength(survey) : undefined;
}

/** Throws ATC_INVALID_ARGUMENT if the rows are longer than bars of the rule, and nothing fills the bars between. */
export function checkLength(name: string, survey: SourceSurvey, { rule, fill }: ResolvedResample): void {
  if (rule.by !== "time" || fill === "previous") return;
  const length = longerLength(rule, survey);
  if (length === undefined) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the bars of "${name}" are at least ${length} long, longer than ${formatBarRule(rule)}; bars cannot be split`,
    { details: { dataset: name, spacing: survey.shortest } },
  );
}

/** Throws ATC_INVALID_ARGUMENT if the rows are weeks that begin on another day than those of the bars. */
export function checkWeeks(
  name: string,
  rowStart: "monday" | "sunday" | undefined,
  { rule, weekStart }: ResolvedResample,
  crossing: number,
): void {
  if (rule.by !== "time" || rule.unit !== "w" || crossing === 0) return;
  if (rowStart === undefined || rowStart === weekStart) return;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `the weeks of "${name}" begin on ${rowStart}, and those of the bars on ${weekStart}; give weekStart "${rowStart}" (--week-start ${rowStart})`,
    { details: { dataset: name, option: "weekStart", crossing } },
  );
}

/**
 * Throws ATC_INVALID_ARGUMENT if the bars are not a multiple of the rows and rows reach over their borders. `crossing`
 * is the number of these rows: days of 7 h bars are not a multiple, but right if the last one of each day is shorter.
 */
export function checkFit(
  name: string,
  survey: SourceSurvey,
  { rule, session }: ResolvedResample,
  crossing: number,
): void {
  if (rule.by !== "time" || crossing === 0 || Number.isNaN(survey.rowMs)) return;
  const hasSession = session !== undefined;
  if (fits(rule, survey, hasSession) || longerLength(rule, survey) !== undefined) return;
  const length = formatLength(survey);
  const asked = formatBarRule(rule);
  const nearest = nearestFits(rule, survey, hasSession);
  const advice = nearest.length === 0 ? "" : `; give ${nearest.map((one) => `--to ${one}`).join(" or ")}`;
  const rows = crossing === 1 ? "1 of them reaches" : `${crossing} of them reach`;
  throw new AtcError(
    "ATC_INVALID_ARGUMENT",
    `bars of ${asked} are not a multiple of the bars of "${name}", which are ${length} long: ${rows} over the end of a bar${advice}`,
    { details: { dataset: name, option: "to", value: asked, length, crossing, nearest } },
  );
}
