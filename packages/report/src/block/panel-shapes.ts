import { figure, listOf, object, of, orAbsent, orNull, type Shape, text, whole } from "./shape.ts";

const number = of((value) => typeof value === "number");
const flag = of((value) => typeof value === "boolean");
/** A value of an axis. */
const value = of((one) => ["number", "boolean", "string"].includes(typeof one));
const place = whole;

const axes = listOf(
  object({ name: text, keys: listOf(text), size: orNull(whole), ticks: listOf(object({ value, part: number })) }),
);
const figures = listOf(object({ name: text, unit: text, better: text }));
const bins = object({ low: number, high: number, counts: listOf(whole), outside: whole });
const configurations = listOf(object({ configuration: whole, values: listOf(value), figures: listOf(figure) }));
const labels = listOf(object({ first: value, last: value }));
const map = object({
  columnAxis: place,
  rowAxis: orNull(place),
  columns: labels,
  rows: labels,
  figures: listOf(listOf(figure)),
  best: orNull(place),
});
const judgement = object({
  verdict: text,
  sentence: text,
  rule: text,
  figures: listOf(object({ name: text, title: text, value: figure, unit: text, meaning: text })),
  notes: listOf(text),
});
const overfitting = object({
  pbo: number,
  combinations: whole,
  logits: bins,
  inSample: listOf(number),
  outOfSample: listOf(number),
  probabilityOfLoss: number,
  slope: figure,
  intercept: figure,
});

/** What the text of a page reads of a sweep. */
export const sweepShape: Shape = object({
  axes,
  figures,
  over: orNull(text),
  requirements: orNull(text),
  size: orNull(text),
  evaluations: whole,
  ranked: whole,
  above: whole,
  unranked: listOf(object({ reason: text, configurations: whole })),
  best: configurations,
  maps: listOf(map),
  mapFigures: listOf(place),
  lines: object({ best: whole, drawn: whole, seed: number, configurations }),
  judgement: orAbsent(judgement),
  overfitting: orAbsent(overfitting),
  notes: listOf(text),
});

const sampled = object({
  samples: whole,
  seed: number,
  block: figure,
  returns: orNull(bins),
  actual: figure,
  holding: figure,
  quantiles: listOf(object({ name: text, title: text, unit: text, values: orNull(listOf(figure)) })),
  probabilityOfLoss: figure,
});

const bars = object({ from: text, to: text, bars: whole });
const choice = object({ configuration: whole, values: listOf(value), train: listOf(figure), test: listOf(figure) });

/** What it reads of a walk-forward. */
export const walkForwardShape: Shape = object({
  axes,
  figures,
  over: orNull(text),
  requirements: orNull(text),
  lengths: text,
  evaluations: whole,
  windows: listOf(
    object({
      train: bars,
      test: bars,
      choice: orNull(choice),
      reason: orNull(text),
      efficiency: figure,
      rankCorrelation: figure,
    }),
  ),
  unstitched: orNull(text),
  compoundedReturn: figure,
  efficiency: figure,
  consistency: figure,
  rankCorrelation: figure,
  compared: whole,
  drift: listOf(object({ name: text, values: whole, changes: whole, distance: figure })),
  summary: text,
  monteCarlo: orAbsent(sampled),
  notes: listOf(text),
});

/** What it reads of the tests for luck. */
export const luckShape: Shape = object({
  survives: flag,
  sentence: text,
  rule: text,
  samples: whole,
  seed: number,
  tests: listOf(
    object({
      name: text,
      title: text,
      question: text,
      passes: orNull(flag),
      result: text,
      facts: listOf(text),
      sampled: orAbsent(sampled),
      costs: orAbsent(object({ multipliers: listOf(number), totalReturn: listOf(figure) })),
    }),
  ),
});
