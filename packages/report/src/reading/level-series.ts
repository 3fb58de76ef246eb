/** A series in buckets of `size` rows. */
interface Level {
  /** Rows per bucket. */
  readonly size: number;
  readonly close: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A series over the rows of the curve, with coarser levels that are made when they are first drawn. */
export interface LevelSeries {
  /** The finest level with at most `most` buckets in `rows` rows. */
  level(rows: number, most: number): Level;
  /** The value at a row: the last one of its bucket. NaN outside. */
  at(row: number): number;
}

/** What a series is made of. */
export interface SeriesParts {
  readonly close: Float64Array;
  readonly low?: Float64Array | undefined;
  readonly high?: Float64Array | undefined;
  /** Rows per value. */
  readonly size: number;
  /** The bucket of the first value. */
  readonly first?: number | undefined;
  /** Whether coarser buckets have the mean of finer ones instead of the last value. */
  readonly isMean?: boolean | undefined;
  /** The first and the last value, exactly. */
  readonly ends?: readonly [number | null, number | null] | undefined;
}

/** The level with buckets of twice as many rows. NaN has no part in it, except if both halves are NaN. */
function coarser({ size, close, low, high }: Level, isMean: boolean): Level {
  const count = Math.ceil(close.length / 2);
  const next = {
    size: 2 * size,
    close: new Float64Array(count),
    low: new Float64Array(count),
    high: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const a = 2 * i;
    const b = Math.min(a + 1, close.length - 1);
    const last = Number.isNaN(close[b]) ? close[a] : close[b];
    next.close[i] = isMean ? (close[a] + close[b]) / 2 : last;
    next.low[i] = low[b] < low[a] || Number.isNaN(low[a]) ? low[b] : low[a];
    next.high[i] = high[b] > high[a] || Number.isNaN(high[a]) ? high[b] : high[a];
  }
  return next;
}

function shifted(values: Float64Array, first: number): Float64Array {
  if (first === 0) return values;
  const all = new Float64Array(first + values.length).fill(Number.NaN);
  all.set(values, first);
  return all;
}

/** Creates a series. */
export function levelSeries({
  close,
  low = close,
  high = close,
  size,
  first = 0,
  isMean = false,
  ends,
}: SeriesParts): LevelSeries {
  const base: Level = { size, close: shifted(close, first), low: shifted(low, first), high: shifted(high, first) };
  const levels = [base];
  const last = base.close.length - 1;
  return {
    level(rows, most) {
      let place = 0;
      for (let buckets = rows / size; buckets > most; buckets /= 2) place++;
      while (levels.length <= place) {
        const coarsest = levels[levels.length - 1];
        if (coarsest.close.length <= 2) return coarsest;
        levels.push(coarser(coarsest, isMean));
      }
      return levels[place];
    },
    at(row) {
      const bucket = Math.floor(row / size);
      if (bucket < 0 || bucket > last) return Number.NaN;
      return bucket === last && ends !== undefined && ends[1] !== null ? ends[1] : base.close[bucket];
    },
  };
}

/** A series that is drawn from few buckets until all are read. */
export interface ReplaceableSeries extends LevelSeries {
  replace(series: LevelSeries): void;
}

/** Creates a series that another one can replace. */
export function replaceableSeries(first: LevelSeries): ReplaceableSeries {
  let series = first;
  return {
    level: (rows, most) => series.level(rows, most),
    at: (row) => series.at(row),
    replace(next) {
      series = next;
    },
  };
}
