import type {
  MapLabel,
  ReportLuck,
  ReportSweep,
  ReportWalkForward,
  SampledFigure,
  SearchAxis,
  SearchConfiguration,
  SearchMap,
  SearchValue,
} from "../src/index.ts";

/** What a made-up sweep is made of. */
export interface SampleSweepOptions {
  /** Names of the axes. */
  readonly axes?: readonly string[];
  /** Values of each axis. */
  readonly values?: number;
  /** Texts instead of numbers. */
  readonly texts?: readonly string[];
  /** Configurations as lines. */
  readonly lines?: number;
  readonly verdict?: "survives" | "luck" | "unknown";
  readonly judged?: boolean;
  readonly notes?: readonly string[];
}

const figures = [
  { name: "sharpe", unit: "ratio", better: "+" },
  { name: "totalReturn", unit: "part", better: "+" },
  { name: "maxDrawdown", unit: "part", better: "-" },
] as const;

/** A wave on two coordinates. */
const scoreAt = (column: number, row: number): number => Math.sin(column / 2) + 0.5 * Math.cos(row / 3) - 0.1;

function figuresAt(column: number, row: number): readonly number[] {
  const score = scoreAt(column, row);
  return [score, 0.4 * score, 0.3 - 0.1 * score];
}

function axisOf(name: string, values: readonly SearchValue[]): SearchAxis {
  return {
    name,
    keys: [name],
    size: values.length,
    ticks: values.map((value, place) => ({ value, part: (place + 0.5) / values.length })),
  };
}

function mapOf(
  columnAxis: number,
  rowAxis: number | null,
  [columns, rows]: readonly [columns: readonly MapLabel[], rows: readonly MapLabel[]],
): SearchMap {
  const cells = rows.flatMap((_, row) => columns.map((_column, column) => figuresAt(column + columnAxis, row)));
  // A pair of values that no configuration has.
  if (cells.length > 2) cells[2] = [];
  const scores = cells.map(([score = -9]) => score);
  return {
    columnAxis,
    rowAxis,
    columns,
    rows,
    figures: [0, 2].map((figure) => cells.map((own) => own[figure] ?? null)),
    best: scores.indexOf(Math.max(...scores)),
  };
}

/** A made-up sweep. */
export function sampleSweep(options: SampleSweepOptions = {}): ReportSweep {
  const { axes: names = ["fast", "slow"], values: count = 6, lines = 40, verdict = "luck", judged = true } = options;
  const values: readonly SearchValue[] = options.texts ?? Array.from({ length: count }, (_, place) => 5 * (place + 1));
  const axes = names.map((name) => axisOf(name, values));
  const labels = values.map((value) => ({ first: value, last: value }));
  const pairs =
    names.length === 1
      ? [mapOf(0, null, [labels, [{ first: "", last: "" }]])]
      : names.flatMap((_, row) =>
          names.slice(row + 1).map((_name, place) => mapOf(row + 1 + place, row, [labels, labels])),
        );
  const configurations = Array.from(
    { length: lines },
    (_, place): SearchConfiguration => ({
      configuration: place,
      values: names.map((_name, axis) => values[(place * (axis + 3) + axis) % values.length] ?? ""),
      figures: figuresAt(place % 7, place % 5),
    }),
  ).sort((a, b) => (b.figures[0] ?? 0) - (a.figures[0] ?? 0));
  return {
    axes,
    figures,
    over: null,
    requirements: "trades >= 3",
    size: String(values.length ** names.length),
    evaluations: 1234,
    ranked: 1200,
    above: 801,
    unranked: [{ reason: "trades >= 3 is false", configurations: 34 }],
    best: configurations.slice(0, 5),
    maps: pairs,
    mapFigures: [0, 2],
    lines: { best: Math.min(20, lines), drawn: Math.max(0, lines - 20), seed: 7, configurations },
    ...(judged
      ? {
          judgement: {
            verdict,
            sentence:
              verdict === "luck"
                ? "luck: the best of 1,234 tries without skill can look as good (deflated Sharpe ratio 0.88)"
                : "the winner survives: it is better than the best of 1,234 tries",
            rule: "a winner survives if its deflated Sharpe ratio is at least 0.95",
            figures: [
              {
                name: "deflated.deflatedSharpe",
                title: "Deflated Sharpe ratio",
                value: 0.8812,
                unit: "p",
                meaning: "by 1,234 tries; 0.95 or more",
              },
              { name: "overfitting.pbo", title: "PBO", value: 0.49, unit: "p", meaning: "0.4 or less" },
              {
                name: "haircuts.bonferroni.haircut",
                title: "Haircut",
                value: null,
                unit: "part",
                meaning: "by Bonferroni",
              },
            ],
            notes: [],
          },
          overfitting: {
            pbo: 0.4901,
            combinations: 12_870,
            logits: {
              low: -2,
              high: 2,
              counts: Array.from({ length: 41 }, (_, i) => 500 - 10 * Math.abs(i - 18)),
              outside: 3,
            },
            inSample: Array.from({ length: 300 }, (_, i) => 0.05 + 0.01 * Math.sin(i)),
            outOfSample: Array.from({ length: 300 }, (_, i) => 0.02 * Math.cos(i * 1.7)),
            probabilityOfLoss: 0.31,
            slope: -0.72,
            intercept: 0.03,
          },
        }
      : {}),
    notes: options.notes ?? [],
  };
}

const sampled: SampledFigure = {
  samples: 1000,
  seed: 3,
  block: 17,
  returns: {
    low: -0.4,
    high: 0.9,
    counts: Array.from({ length: 41 }, (_, i) => Math.round(60 * Math.exp(-(((i - 18) / 9) ** 2)))),
    outside: 10,
  },
  actual: 0.341,
  holding: 0.142,
  quantiles: [
    { name: "totalReturn", title: "Total return", unit: "part", values: [-0.084, 0.146, 0.341, 0.612, 0.974] },
    { name: "maxDrawdown", title: "Max drawdown", unit: "part", values: [0.101, 0.134, 0.169, 0.221, 0.304] },
  ],
  probabilityOfLoss: 0.106,
};

const day = (place: number): string => new Date(Date.UTC(2020, 0, 1 + place)).toISOString();

/** A made-up walk-forward. */
export function sampleWalkForward({ axes: names = ["fast", "slow"] }: SampleSweepOptions = {}): ReportWalkForward {
  const values = [5, 10, 20];
  return {
    axes: names.map((name) => axisOf(name, values)),
    figures,
    over: null,
    requirements: null,
    lengths: "500 bars of training, 200 of test",
    evaluations: 160,
    windows: Array.from({ length: 6 }, (_, place) => ({
      train: { from: day(200 * place), to: day(200 * place + 499), bars: 500 },
      test: { from: day(200 * place + 500), to: day(200 * place + 699), bars: 200 },
      choice:
        place === 4
          ? null
          : {
              configuration: place,
              values: names.map((_name, axis) => values[(place + axis) % 3] ?? 0),
              train: figuresAt(3, place),
              test: figuresAt(place, 2),
            },
      reason: place === 4 ? "trades >= 3 is false" : null,
      efficiency: place === 4 ? null : 0.1 * place,
      rankCorrelation: 0.05 * place - 0.1,
    })),
    unstitched: null,
    compoundedReturn: 0.5507,
    efficiency: 0.6123,
    consistency: 4 / 6,
    rankCorrelation: -0.1234,
    compared: 160,
    drift: names.map((name) => ({ name, values: 3, changes: 4, distance: 0.25 })),
    summary: "It is not shown that the search has merit: training does not order configurations like the tests.",
    monteCarlo: sampled,
    notes: [],
  };
}

/** A made-up judgement of a backtest. */
export function sampleLuck(): ReportLuck {
  return {
    survives: false,
    sentence: "luck is not excluded: the same trades entered at random did as well with p = 0.027, above 0.025",
    rule: "a backtest survives if p of random entries is at most 0.025",
    samples: 1000,
    seed: 3,
    tests: [
      {
        name: "randomEntry",
        title: "Random entries",
        question: "Would the same trades, entered at random, have done as well?",
        passes: false,
        result: "p 0.027 (at most 0.025)",
        facts: ["320 trades come to +33.8 %"],
        sampled: { ...sampled, block: null },
      },
      {
        name: "bootstrap",
        title: "Bootstrap of bar returns",
        question: "Could returns without a gain look like these?",
        passes: false,
        result: "p 0.091 (at most 0.05)",
        facts: [],
        sampled,
      },
      {
        name: "costs",
        title: "Costs",
        question: "What is left if trading costs more?",
        passes: true,
        result: "nothing is left at 2.43 times its costs (at least 2)",
        facts: [],
        costs: { multipliers: [0, 0.5, 1, 2, 4], totalReturn: [0.643, 0.484, 0.34, 0.092, -0.274] },
      },
      {
        name: "trades",
        title: "Monte Carlo of trades",
        question: "How else could these trades have gone?",
        passes: null,
        result: "no result: no trade is closed",
        facts: [],
      },
    ],
  };
}
