import { printableLine } from "@atc/plugin-kit";
import type { SweepValidation } from "@atc/runtime/sweeps";
import { counted, integer, percent } from "../text/number-format.ts";
import { painted, type Screen } from "../text/screen.ts";
import { wrapped } from "../text/text-table.ts";

/** A figure, its name and what it means. */
type FigureLine = readonly [name: string, value: string, meaning: string];

function short(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "-" : String(Number(value.toPrecision(2)));
}

/** With enough digits to see on which side of its bound it is. */
function probability(value: number | undefined): string {
  const isNear = value !== undefined && (value > 0.9 || Math.abs(value - 0.4) < 0.01);
  return isNear ? String(Number(value.toFixed(4))) : short(value);
}

function haircutLine({ haircuts }: SweepValidation): FigureLine {
  const text = (part: number | undefined): string => (part === undefined ? "-" : percent(part, 0).replace("+", ""));
  const { bonferroni, bhy } = haircuts ?? {};
  return [
    "Sharpe ratio haircut",
    text(bonferroni?.haircut),
    `by Bonferroni; ${text(bhy?.haircut)} by false discovery rate`,
  ];
}

function neighbourLines({ neighbourhood }: SweepValidation): readonly FigureLine[] {
  if (neighbourhood === undefined) return [];
  const { count, ratio } = neighbourhood;
  return [["neighbours / winner", short(ratio), `mean objective of it and ${integer(count - 1)} around it`]];
}

function abilityLine({ superiorAbility: ability }: SweepValidation): FigureLine {
  // Nothing exceeds 0 then, so there is nothing to test.
  if (ability !== undefined && !(ability.statistic > 0)) return ["SPA test, p", "-", "no configuration gains"];
  return ["SPA test, p", short(ability?.pConsistent), `reality check ${short(ability?.realityCheck.p)}`];
}

function figureLines(validation: SweepValidation): readonly FigureLine[] {
  const { deflated, overfitting, effectiveTrials, sample, trials } = validation;
  return [
    [
      "deflated Sharpe ratio",
      probability(deflated?.deflatedSharpe),
      `by ${counted(trials, "try", "tries")}; 0.95 or more`,
    ],
    ["overfitting (PBO)", probability(overfitting?.pbo), "0.4 or less"],
    abilityLine(validation),
    ["rank correlation", short(overfitting?.rankCorrelation), "of Sharpe ratios in and out of sample"],
    [
      "effective trials",
      effectiveTrials === undefined ? "-" : integer(effectiveTrials),
      `of ${integer(sample.of)} on all bars`,
    ],
    haircutLine(validation),
    ...neighbourLines(validation),
  ];
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The judgement of a sweep's winner for people: figures, the verdict in a sentence, and its rule. */
export function validationLines(validation: SweepValidation, screen: Screen): readonly string[] {
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  const lines = figureLines(validation);
  const nameWidth = Math.max(...lines.map(([name]) => name.length));
  const valueWidth = Math.max(...lines.map(([, value]) => value.length));
  const { verdict, sentence, rule, notes } = validation;
  const painter = verdict === "survives" ? (line: string) => line : (line: string) => painted(line, "warning", screen);
  return [
    "Was the best one luck?",
    ...lines.map(([name, value, meaning]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${meaning}`),
    ...notes.flatMap((note) => wrapped(printableLine(`note: ${note}`), "  ", width, "    ")),
    "",
    ...wrapped(`${capitalised(sentence)}.`, "", width).map(painter),
    ...wrapped(`Rule: ${rule}.`, "", width),
  ];
}
