import { AtcError } from "@atc/contract";
import { counted } from "../text/number-format.ts";

const unitMs: Readonly<Record<string, number>> = {
  "": 86_400_000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Parses an age, to milliseconds: a number with s, m, h, d or w; days without a unit. */
export function parseAge(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([smhdw]?)$/i.exec(text.trim());
  const unit = unitMs[match?.[2]?.toLowerCase() ?? ""];
  if (match === null || unit === undefined)
    throw new AtcError("ATC_INVALID_ARGUMENT", `${flag} is "${text}"; give an age such as 30d, 12h or 2w`, {
      details: { flag, value: text },
    });
  return Number(match[1]) * unit;
}

const words = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** An age in words, in the largest unit of which it is a whole number: `5 days`. */
export function ageText(ms: number): string {
  const [word, unit] = words.find(([, one]) => ms >= one && ms % one === 0) ?? (["second", 1000] as const);
  return counted(ms / unit, word);
}
