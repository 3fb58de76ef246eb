import { AtcError } from "@atc/contract";
import { isMissing } from "@atc/plugin-kit";
import { currencySigns, type NumberStyle } from "../text/styled-number.ts";
import type { CsvOptions } from "./csv-options.ts";
import type { Sample } from "./sample.ts";

const exponent = "(?:[eE][+-]?\\d+)?";

/** A way to write numbers, and what all numbers of a file must match to be written so. */
interface Candidate {
  readonly style: NumberStyle;
  readonly pattern: RegExp;
  /** The options that ask for it. */
  readonly option: string;
}

function candidate(decimal: "." | ",", thousands: NumberStyle["thousands"]): Candidate {
  const point = decimal === "." ? "\\." : ",";
  const separator = { ",": ",", ".": "\\.", " ": "[ \\u00a0\\u202f]", "'": "'", none: "" }[thousands ?? "none"];
  const integer = thousands === undefined ? "\\d+" : `(?:\\d+|\\d{1,3}(?:${separator}\\d{3})+)`;
  return {
    style: { decimal, ...(thousands === undefined ? {} : { thousands }) },
    pattern: new RegExp(`^[+-]?(?:${integer}(?:${point}\\d*)?|${point}\\d+)${exponent}$`),
    option: [
      ...(decimal === "," ? ["--source-option decimal=,"] : []),
      ...(thousands === undefined ? [] : [`--source-option thousands=${thousands}`]),
    ].join(" "),
  };
}

const plain = candidate(".", undefined);
/** The styles, the simplest first. */
const candidates: readonly Candidate[] = [
  candidate(".", ","),
  candidate(",", undefined),
  candidate(",", "."),
  candidate(".", "'"),
  candidate(".", " "),
  candidate(",", " "),
];

/** The number of a text that matches a style. */
function numberOf(text: string, { style: { decimal, thousands } }: Candidate): number {
  const digits = thousands === undefined ? text : text.replaceAll(thousands === " " ? /\s/g : thousands, "");
  return Number(decimal === "," ? digits.replace(",", ".") : digits);
}

const signs = currencySigns.join("");
const leading = new RegExp(`^([+-]?)[${signs}] ?`, "u");
const trailing = new RegExp(` ?[${signs}]$`, "u");

function withoutCurrency(text: string): string {
  const rest = text.replace(leading, "$1");
  return rest === text ? text.replace(trailing, "") : rest;
}

/** The styles of options: what is given is obeyed, and nothing else is detected. */
function givenStyle({ decimal, thousands }: CsvOptions, currency: boolean): NumberStyle | undefined {
  if ((decimal === undefined || decimal === ".") && thousands === undefined)
    return currency ? { decimal: ".", currency } : undefined;
  return {
    decimal: decimal ?? (thousands === "." ? "," : "."),
    ...(thousands === undefined ? {} : { thousands }),
    ...(currency ? { currency } : {}),
  };
}

/**
 * How a file writes its prices and volumes; undefined if they are plain numbers. A comma is read as a decimal comma or
 * as a separator of thousands only if the sampled numbers allow nothing else.
 *
 * @param positions - the fields of prices and volumes
 * @throws ATC_INVALID_DATA if both are possible, as in `1,234`
 */
export function numberStyle(
  rows: Sample["rows"],
  positions: readonly number[],
  path: string,
  options: CsvOptions,
): NumberStyle | undefined {
  if (areAllPlain(rows, positions)) return givenStyle(options, false);
  const written = rows
    .flatMap((row) => positions.flatMap((field) => row[field] ?? []))
    .filter((text) => !isMissing(text));
  const texts = written.map(withoutCurrency);
  const currency = texts.some((text, i) => text !== written[i]);
  if (options.decimal !== undefined || options.thousands !== undefined) return givenStyle(options, currency);
  // A text that no style reads, such as "1.5M", is a bad row later. It does not decide how the others are written,
  // unless there are more of them: then the numbers are not what they seem.
  const known = texts.filter((text) => candidates.some(({ pattern }) => pattern.test(text)));
  const odd = known.filter((text) => !plain.pattern.test(text));
  const example = odd.length > texts.length - known.length ? odd[0] : undefined;
  const [first, ...others] = candidates.filter(({ pattern }) => known.every((text) => pattern.test(text)));
  if (example === undefined || first === undefined) return givenStyle(options, currency);
  const other = others.find((one) => known.some((text) => numberOf(text, one) !== numberOf(text, first)));
  if (other !== undefined)
    throw new AtcError(
      "ATC_INVALID_DATA",
      `"${path}" has numbers such as "${example}", in which "${/[^\d+-]/.exec(example)?.[0]}" may separate thousands or decimals; give ${first.option} or ${other.option}`,
      { details: { path, text: example } },
    );
  return { ...first.style, ...(currency ? { currency } : {}) };
}

/** Whether all numbers are plain or missing, as in most files. */
function areAllPlain(rows: Sample["rows"], positions: readonly number[]): boolean {
  return rows.every((row) =>
    positions.every((field) => {
      const text = row[field] ?? "";
      return plain.pattern.test(text) || isMissing(text);
    }),
  );
}

/** The largest part of filled fields that may be typing errors in a column of numbers. */
const mostErrors = 0.2;

/**
 * Whether a column holds texts: at least a fifth of its filled sampled fields are not numbers in a style. If fewer are
 * none, they are errors in a column of numbers.
 */
export function isTextField(rows: Sample["rows"], field: number, style: NumberStyle | undefined): boolean {
  const { pattern } = style === undefined ? plain : candidate(style.decimal, style.thousands);
  const filled = rows.map((row) => row[field] ?? "").filter((text) => !isMissing(text));
  const texts = filled.filter((text) => !pattern.test(style?.currency === true ? withoutCurrency(text) : text));
  return texts.length > 0 && texts.length >= filled.length * mostErrors;
}

/** What a style is called in the notes of a reading. */
export function styleNotes(style: NumberStyle | undefined, { decimal, thousands }: CsvOptions): readonly string[] {
  if (style === undefined) return [];
  const marks = { ",": "commas", ".": "points", " ": "blanks", "'": "apostrophes" };
  return [
    ...(style.currency === true ? ["the signs of currencies before or after numbers were left out"] : []),
    ...(style.decimal === "," ? [`commas were read as decimal points${decimal === "," ? " (decimal)" : ""}`] : []),
    ...(style.thousands === undefined
      ? []
      : [
          `${marks[style.thousands]} in numbers were read as separators of thousands${thousands === undefined ? "" : " (thousands)"}`,
        ]),
  ];
}
