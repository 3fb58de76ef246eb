import { type Parameter, type ParameterTable, parameterDefaults } from "./parameter.ts";

/** The six kinds of moving average, in the order in which they vote. */
export type AverageKind = "ema" | "hma" | "wma" | "dema" | "lsma" | "kama";

/** The six kinds in order. */
export const averageKinds: readonly AverageKind[] = ["ema", "hma", "wma", "dema", "lsma", "kama"];

/** The configuration of the signals; each member is defined in `docs/atc-spec.md`, "Configuration". */
export interface SignalConfig {
  /** Base length of the EMAs, in bars. */
  readonly emaLength: number;
  /** Base length of the HMAs, in bars. */
  readonly hmaLength: number;
  /** Base length of the WMAs, in bars. */
  readonly wmaLength: number;
  /** Base length of the DEMAs, in bars. */
  readonly demaLength: number;
  /** Base length of the LSMAs, in bars. */
  readonly lsmaLength: number;
  /** Base length of the KAMAs, in bars. */
  readonly kamaLength: number;
  /** Starting equity of the EMAs in layer 2, above 0. */
  readonly emaWeight: number;
  /** Starting equity of the HMAs in layer 2, above 0. */
  readonly hmaWeight: number;
  /** Starting equity of the WMAs in layer 2, above 0. */
  readonly wmaWeight: number;
  /** Starting equity of the DEMAs in layer 2, above 0. */
  readonly demaWeight: number;
  /** Starting equity of the LSMAs in layer 2, above 0. */
  readonly lsmaWeight: number;
  /** Starting equity of the KAMAs in layer 2, above 0. */
  readonly kamaWeight: number;
  /** Distance between the nine lengths of each average. */
  readonly robustness: "Narrow" | "Medium" | "Wide";
  /** Growth rate of recent returns, 0 or more; lambda / 1000 per bar. */
  readonly lambda: number;
  /** Decay of equities per bar, in per cent, 0 to 100. */
  readonly decay: number;
  /** Bars left out at the start, 0 or more. */
  readonly cutout: number;
  /** The most bars that the growth exponent counts; `none` for no bound. */
  readonly growthCap: number | "none";
  /** Above it the average signal turns long. */
  readonly longThreshold: number;
  /** Below it the average signal turns short. */
  readonly shortThreshold: number;
  /** Whether the average signal is delayed by one bar. */
  readonly strategyMode: boolean;
  /** The price that the averages are computed from. Crossings always use the close. */
  readonly calculationSource: "open" | "high" | "low" | "close";
  /** Precision of stored results. Arithmetic is always float64. */
  readonly precision: "float64" | "float32";
  /** Which origin to follow if the two differ. */
  readonly dialect: "lts" | "tradingview";
  /** Whether HMA is Hull's average or, as the published script plots it, a simple one. */
  readonly hma: "hull" | "sma";
  /** The point of LSMA's least-squares line: at the newest bar, or at the one before it. */
  readonly lsma: "newest" | "delayed";
}

/** Nine windows of this length for each of six kinds take half a gigabyte. */
const longestBaseLength = 1_000_000;

function length(kind: AverageKind, ...pythonNames: string[]): Parameter<number> {
  return {
    kind: "integer",
    minimum: 1,
    maximum: longestBaseLength,
    default: 28,
    description: `Base length of the ${kind.toUpperCase()}s, in bars`,
    pythonNames: [`${kind}_len`, ...pythonNames],
  };
}

function weight(kind: AverageKind): Parameter<number> {
  return {
    kind: "number",
    above: 0,
    default: 1,
    description: `Starting equity of the ${kind.toUpperCase()}s in layer 2`,
    pythonNames: [`${kind}_w`],
  };
}

/** Every parameter of the signals, in the order in which they are documented. */
export const signalParameters: ParameterTable<SignalConfig> = {
  emaLength: length("ema"),
  hmaLength: length("hma", "hull_len"),
  wmaLength: length("wma"),
  demaLength: length("dema"),
  lsmaLength: length("lsma"),
  kamaLength: length("kama"),
  emaWeight: weight("ema"),
  hmaWeight: weight("hma"),
  wmaWeight: weight("wma"),
  demaWeight: weight("dema"),
  lsmaWeight: weight("lsma"),
  kamaWeight: weight("kama"),
  robustness: {
    kind: "choice",
    values: ["Narrow", "Medium", "Wide"],
    default: "Medium",
    description: "Distance between the nine lengths of each average",
    pythonNames: [],
  },
  lambda: {
    kind: "number",
    minimum: 0,
    default: 0.02,
    description: "Growth rate of recent returns, in thousandths per bar",
    pythonNames: ["lambda_param", "La"],
  },
  decay: {
    kind: "number",
    minimum: 0,
    maximum: 100,
    default: 0.03,
    description: "Decay of equities per bar, in per cent",
    pythonNames: ["De", "decay_rate"],
  },
  cutout: {
    kind: "integer",
    minimum: 0,
    default: 0,
    description: "Bars left out at the start",
    pythonNames: [],
  },
  growthCap: {
    kind: "integer",
    minimum: 0,
    acceptsNone: true,
    default: 10_000,
    description: "The most bars that the growth exponent counts",
    pythonNames: ["growth_cap"],
  },
  longThreshold: {
    kind: "number",
    default: 0.1,
    description: "Above it the average signal turns long",
    pythonNames: ["long_threshold"],
  },
  shortThreshold: {
    kind: "number",
    default: -0.1,
    description: "Below it the average signal turns short",
    pythonNames: ["short_threshold"],
  },
  strategyMode: {
    kind: "boolean",
    default: false,
    description: "Delay the average signal by one bar",
    pythonNames: ["strategy_mode"],
  },
  calculationSource: {
    kind: "choice",
    values: ["open", "high", "low", "close"],
    default: "close",
    description: "The price that the averages are computed from",
    pythonNames: ["calculation_source"],
  },
  precision: {
    kind: "choice",
    values: ["float64", "float32"],
    default: "float64",
    description: "Precision of stored results",
    pythonNames: [],
  },
  dialect: {
    kind: "choice",
    values: ["lts", "tradingview"],
    default: "lts",
    description: "Which origin to follow if the two differ",
    pythonNames: [],
  },
  hma: {
    kind: "choice",
    values: ["hull", "sma"],
    default: "hull",
    description: "Hull's average, or the simple one that the published script plots",
    pythonNames: [],
  },
  lsma: {
    kind: "choice",
    values: ["newest", "delayed"],
    default: "newest",
    description: "LSMA at the newest bar of its line, or, as in Python without the extension, at the one before",
    pythonNames: [],
  },
};

/** The default of every member of {@link SignalConfig}. */
export const signalDefaults: SignalConfig = parameterDefaults(signalParameters);
