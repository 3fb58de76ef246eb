import type { ReportSweep } from "../../src/data/search-data.ts";
import { figureText, searchValueText } from "../../src/text/figure-text.ts";
import { shortText } from "../../src/text/visible-text.ts";
import { axisPart } from "../../src/view/axis-part.ts";
import { heatStep, rangeOf } from "../../src/view/heat-step.ts";

/** A vertical axis of the picture of lines. */
interface LineAxis {
  readonly name: string;
  /** Texts at parts from 0, below, to 1, above. */
  readonly ticks: readonly { readonly text: string; readonly part: number }[];
  /** What a part from `low` to `high` holds, in words. */
  rangeText(low: number, high: number): string;
}

/** The lines: a part of each axis per configuration, and their colours. */
export interface Lines {
  readonly axes: readonly LineAxis[];
  readonly parts: readonly (readonly (number | undefined)[])[];
  /** The step of the colour of each line. */
  readonly steps: readonly number[];
}

/** The most ticks with a text. */
const mostTicks = 12;

/** The axes of the search, then its figures; each figure from its least to its largest value. */
export function linesOf({ axes, figures, lines: { configurations } }: ReportSweep): Lines {
  const ofSearch = axes.map((axis): LineAxis => {
    const every = Math.ceil(axis.ticks.length / mostTicks);
    return {
      name: shortText(axis.name),
      ticks: axis.ticks
        .filter((_, place) => place % every === 0)
        .map(({ value, part }) => ({ text: searchValueText(value), part })),
      rangeText(low, high) {
        const inside = axis.ticks.filter(({ part }) => part >= low && part <= high);
        const [from, to] = [inside[0], inside.at(-1)];
        if (from === undefined || to === undefined) return "no value";
        return from === to
          ? searchValueText(from.value)
          : `${searchValueText(from.value)} to ${searchValueText(to.value)}`;
      },
    };
  });
  const ranges = figures.map(
    (_, place) => rangeOf(configurations.map(({ figures: own }) => own[place])) ?? ([0, 0] as const),
  );
  const ofFigures = figures.map((figure, place): LineAxis => {
    const [low, high] = ranges[place];
    const at = (part: number): string => figureText(low + part * (high - low), figure);
    return {
      name: shortText(figure.name),
      ticks:
        low === high ? [{ text: at(0), part: 0.5 }] : [0, 0.25, 0.5, 0.75, 1].map((part) => ({ text: at(part), part })),
      rangeText: (from, to) => `${at(from)} to ${at(to)}`,
    };
  });
  const figurePart = (value: number | null, place: number): number | undefined => {
    const [low, high] = ranges[place];
    if (value === null) return undefined;
    return high > low ? (value - low) / (high - low) : 0.5;
  };
  return {
    axes: [...ofSearch, ...ofFigures],
    parts: configurations.map(({ values, figures: own }) => [
      ...axes.map((axis, place) => axisPart(axis, values[place])),
      ...own.map(figurePart),
    ]),
    steps: configurations.map(({ figures: [score] }) => heatStep(score ?? 0, ranges[0])),
  };
}
