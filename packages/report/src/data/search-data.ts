/** A value of an axis of a search. */
export type SearchValue = number | boolean | string;

/** A figure of every configuration: what is maximised, or a metric. */
export interface SearchFigure {
  /** The name of the metric, or the text of the objective. */
  readonly name: string;
  /** That of the metric; `ratio` for an objective of several metrics. */
  readonly unit: string;
  /** `+` if more is better, `-` if less is. */
  readonly better: string;
}

/** A value, and its part of the axis from 0 to 1. */
export interface AxisTick {
  /** The value. */
  readonly value: SearchValue;
  /** From 0, inclusive, to 1, inclusive. */
  readonly part: number;
}

/** A dimension of a search. */
export interface SearchAxis {
  /** The first of its keys. */
  readonly name: string;
  /** The keys that receive its value. */
  readonly keys: readonly string[];
  /** How many values it has; null for every number of a range. */
  readonly size: number | null;
  /** Some of its values, or all, in order. Numbers between them are placed in proportion. */
  readonly ticks: readonly AxisTick[];
}

/** Counts of values in bins of equal width. */
export interface CountedBins {
  /** The lower edge of the first bin. */
  readonly low: number;
  /** The upper edge of the last bin. */
  readonly high: number;
  /** By bin. */
  readonly counts: readonly number[];
  /** Values beyond the edges, which the outer bins count. */
  readonly outside: number;
}

/** A configuration of a search, with its figures; null for one that is undefined. */
export interface SearchConfiguration {
  /** Its number, as in the table of the search. */
  readonly configuration: number;
  /** A value per axis. */
  readonly values: readonly SearchValue[];
  /** In the order of the search's figures. */
  readonly figures: readonly (number | null)[];
}

/** The first and the last value that share a column or a row of a map. They are equal unless several share it. */
export interface MapLabel {
  /** The first value. */
  readonly first: SearchValue;
  /** The last value. */
  readonly last: SearchValue;
}

/** The figures of the best configuration for each pair of values of two axes. */
export interface SearchMap {
  /** The place of the axis of the columns. */
  readonly columnAxis: number;
  /** That of the rows; null if the search has one axis. */
  readonly rowAxis: number | null;
  /** What each column holds. */
  readonly columns: readonly MapLabel[];
  /** One without values if there is one axis. */
  readonly rows: readonly MapLabel[];
  /** By figure of the map, then row, then column; null if no configuration is ranked. */
  readonly figures: readonly (readonly (number | null)[])[];
  /** The cell of the best configuration; null if none is ranked. */
  readonly best: number | null;
}

/** Some of the configurations of a search. */
export interface SearchLines {
  /** How many of the best are among them. */
  readonly best: number;
  /** How many others were drawn. */
  readonly drawn: number;
  /** The seed of the draw. */
  readonly seed: number;
  /** Best first. Figures have six digits. */
  readonly configurations: readonly SearchConfiguration[];
}

/** A figure of a judgement: its value and what it means. */
export interface JudgedFigure {
  /** The path in the JSON of the judgement, such as `deflated.deflatedSharpe`. */
  readonly name: string;
  /** Its name on the page. */
  readonly title: string;
  /** Null if it is undefined. */
  readonly value: number | null;
  /** `p` for a probability, else that of a metric. */
  readonly unit: string;
  /** What it says, and its bound. */
  readonly meaning: string;
}

/** Whether the best configuration is more than luck. */
export interface SearchJudgement {
  /** `unknown` if there is not enough data. */
  readonly verdict: "survives" | "luck" | "unknown";
  /** The verdict in a sentence. */
  readonly sentence: string;
  /** The rule behind it. */
  readonly rule: string;
  /** In the order of the page. */
  readonly figures: readonly JudgedFigure[];
  /** What to know about the figures, one sentence each. */
  readonly notes: readonly string[];
}

/** How often what was best on some bars was among the worse half on the others. */
export interface SearchOverfitting {
  /** The probability of backtest overfitting. */
  readonly pbo: number;
  /** Ways to choose half of the bars. */
  readonly combinations: number;
  /** By the logit of the relative rank on the other bars. */
  readonly logits: CountedBins;
  /** Sharpe ratios per bar of what was best on some bars: there, and on the others; of evenly chosen combinations. */
  readonly inSample: readonly number[];
  /** On the others, in the same order. */
  readonly outOfSample: readonly number[];
  /** Share of combinations with a Sharpe ratio below 0 on the other bars. */
  readonly probabilityOfLoss: number;
  /** Of the least-squares line of the latter on the former; null if the former are equal. */
  readonly slope: number | null;
  /** The value of that line at 0. */
  readonly intercept: number | null;
}

/** A sweep. The report around it is the backtest of its best configuration. */
export interface ReportSweep {
  /** The dimensions of the space, outermost first. */
  readonly axes: readonly SearchAxis[];
  /** What is maximised, then metrics. */
  readonly figures: readonly SearchFigure[];
  /** What the objective is of; null for the portfolio. */
  readonly over: string | null;
  /** What a configuration must fulfil to have a place; null for nothing. */
  readonly requirements: string | null;
  /** The number of combinations of values; null if there is no bound. */
  readonly size: string | null;
  /** Every evaluated configuration: each of them is a try. */
  readonly evaluations: number;
  /** Configurations with a place. */
  readonly ranked: number;
  /** How many of them have an objective above 0. */
  readonly above: number;
  /** Configurations without a place or with an error, by reason. */
  readonly unranked: readonly { readonly reason: string; readonly configurations: number }[];
  /** Best first. */
  readonly best: readonly SearchConfiguration[];
  /** The map that is shown first, then others. */
  readonly maps: readonly SearchMap[];
  /** The figures of the maps, as places in `figures`. */
  readonly mapFigures: readonly number[];
  /** Configurations that are drawn as lines. */
  readonly lines: SearchLines;
  /** Whether the best configuration is more than luck; undefined if it is not judged. */
  readonly judgement?: SearchJudgement | undefined;
  /** Undefined if the bar returns are too few. */
  readonly overfitting?: SearchOverfitting | undefined;
  /** What to know about the search, one sentence each. */
  readonly notes: readonly string[];
}
