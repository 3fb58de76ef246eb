import { luckShape, sweepShape, walkForwardShape } from "./panel-shapes.ts";
import { anyObject, figure, listOf, object, orAbsent, orNull, recordOf, type Shape, text, whole } from "./shape.ts";

const warnings = listOf(text);
const costs = object({ fees: figure, slippage: figure, borrowCost: figure, marginInterest: figure });
const named = listOf(object({ symbol: text, warnings }));

const result = object({
  config: anyObject,
  data: object({ path: text, dataset: text, fingerprint: text, rows: whole, symbols: whole }),
  period: orAbsent(object({ from: orNull(text), to: orNull(text) })),
  notes: listOf(object({ text })),
  portfolio: orNull(object({ costs, warnings })),
  symbols: named,
  contributions: orAbsent(named),
  skipped: listOf(object({ symbol: text, reason: text })),
});

const years = orAbsent(listOf(object({ year: figure, months: listOf(figure), total: figure })));

const drawdown = object({
  peak: text,
  trough: text,
  recovery: orAbsent(text),
  depth: figure,
  bars: whole,
  duration: figure,
  rows: listOf(whole),
});

const returns = object({
  length: whole,
  below: whole,
  above: whole,
  bins: orAbsent(object({ counts: listOf(whole), edge: figure, outside: whole })),
});

/** What the text of a page reads of `report.json`. */
export const blockShape: Shape = object({
  n: whole,
  result,
  title: orAbsent(text),
  command: orAbsent(text),
  versions: recordOf(text),
  metrics: listOf(object({ name: text, group: text, unit: text, better: text, formula: text })),
  rollingWindow: orAbsent(whole),
  signalThresholds: orAbsent(object({ long: figure, short: figure })),
  months: years,
  benchmarkMonths: years,
  drawdowns: listOf(drawdown),
  drawdownCount: whole,
  days: orAbsent(returns),
  tradeReturns: orAbsent(returns),
  trades: orAbsent(object({ n: whole, all: whole, symbols: listOf(text), reasons: listOf(text) })),
  bars: listOf(anyObject),
  sparks: listOf(text),
  arrays: recordOf(anyObject),
  sweep: orAbsent(sweepShape),
  walkForward: orAbsent(walkForwardShape),
  luck: orAbsent(luckShape),
});
