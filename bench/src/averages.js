import { IndicatorsSync } from "@ixjb94/indicators";
import technical from "technicalindicators";
import { DEMA, EMA, HMA, KAMA, LinearRegression, WMA } from "trading-signals";

const ixjb94 = new IndicatorsSync();

/** `updates` of trading-signals returns null if there is no value yet. */
const updated = (Average) => (values, period) => new Average(period).updates(values);

/** The averages of npm libraries by our kind, as `compute(values, period)`. */
export const libraries = {
  ema: {
    technicalindicators: (values, period) => technical.EMA.calculate({ period, values }),
    "trading-signals": updated(EMA),
    "@ixjb94/indicators": (values, period) => ixjb94.ema(values, period),
  },
  hma: {
    "trading-signals": updated(HMA),
    "@ixjb94/indicators": (values, period) => ixjb94.hma(values, period),
  },
  wma: {
    technicalindicators: (values, period) => technical.WMA.calculate({ period, values }),
    "trading-signals": updated(WMA),
    "@ixjb94/indicators": (values, period) => ixjb94.wma(values, period),
  },
  dema: {
    "trading-signals": updated(DEMA),
    "@ixjb94/indicators": (values, period) => ixjb94.dema(values, period),
  },
  lsma: {
    "trading-signals": updated(LinearRegression),
    "@ixjb94/indicators": (values, period) => ixjb94.linreg(values, period),
  },
  kama: {
    "trading-signals": updated(KAMA),
    "@ixjb94/indicators": (values, period) => ixjb94.kama(values, period),
  },
};

/**
 * Kinds with another definition: their KAMA smooths between 2/3 and 2/31; ours, like the published script, between
 * 0.666 and 0.064.
 */
export const otherDefinitions = new Set(["kama"]);

/** The value of a result. LinearRegression of trading-signals predicts the next bar, one slope after the newest. */
export function numberOf(result) {
  return typeof result === "number" ? result : result.prediction - result.slope;
}
