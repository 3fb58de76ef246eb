import type { ReadonlyTypedArray } from "@atc/contract";

/** The columns to check, of one length. Those that the source lacks are undefined. */
export interface PriceColumns {
  readonly open: ReadonlyTypedArray | undefined;
  readonly high: ReadonlyTypedArray | undefined;
  readonly low: ReadonlyTypedArray | undefined;
  readonly close: ReadonlyTypedArray | undefined;
  readonly volume: ReadonlyTypedArray | undefined;
}

/**
 * Rows that were found, and the first of them among the rows just checked; -1 if it came before them or there is none.
 */
interface Tally {
  count: number;
  at: number;
}

/** A bar that opens outside of its range. */
interface StrayOpen {
  /** Its row among those just checked; -1 if it came before them. */
  at: number;
  /** Its time, which the caller sets. */
  time: string;
  readonly open: number;
  readonly low: number;
  readonly high: number;
  /** The ratio of the open and the nearest price of the range. */
  readonly distance: number;
}

/** Bars that open outside of their range. */
interface StrayOpenTally {
  count: number;
  /** Farthest first. */
  readonly places: StrayOpen[];
}

export type TallyName =
  | "zeroVolumes"
  | "badVolumes"
  | "ohlcViolations"
  | "flatBars"
  | "missingPrices"
  | "nonPositivePrices";

export interface PriceTallies extends Readonly<Record<TallyName, Tally>> {
  readonly strayOpens: StrayOpenTally;
}

const strayPlacesKept = 3;

export function priceTallies(): PriceTallies {
  const zero = (): Tally => ({ count: 0, at: -1 });
  return {
    zeroVolumes: zero(),
    badVolumes: zero(),
    ohlcViolations: zero(),
    flatBars: zero(),
    missingPrices: zero(),
    nonPositivePrices: zero(),
    strayOpens: { count: 0, places: [] },
  };
}

/** Adds rows 0 to `length` of the columns to the tallies. */
export function checkPrices(columns: PriceColumns, length: number, tallies: PriceTallies): void {
  const { open, high, low, close, volume } = columns;
  if (open !== undefined && high !== undefined && low !== undefined && close !== undefined) {
    checkBars({ open, high, low, close }, length, tallies);
  } else {
    const present = [open, high, low, close].filter((prices) => prices !== undefined);
    checkEach(present, length, tallies);
  }
  if (volume !== undefined) checkVolumes(volume, length, tallies);
}

type BarColumns = Record<"open" | "high" | "low" | "close", ReadonlyTypedArray>;

function checkBars({ open, high, low, close }: BarColumns, length: number, tallies: PriceTallies): void {
  for (let i = 0; i < length; i++) {
    const o = open[i];
    const h = high[i];
    const l = low[i];
    const c = close[i];
    // A sound bar passes one chain of comparisons; any other is checked in detail. NaN fails every comparison.
    if (l > 0 && h >= o && h >= c && h >= l && l <= o && l <= c && h < Number.POSITIVE_INFINITY) {
      if (h === l) note(tallies.flatBars, i);
      continue;
    }
    const finite = Number.isFinite(o) && Number.isFinite(h) && Number.isFinite(l) && Number.isFinite(c);
    if (!finite) note(tallies.missingPrices, i);
    if (o <= 0 || h <= 0 || l <= 0 || c <= 0) note(tallies.nonPositivePrices, i);
    if (o > h || o < l) noteStray(tallies.strayOpens, i, o, l, h);
    if (h < o || h < c || h < l || l > o || l > c) note(tallies.ohlcViolations, i);
    else if (finite && h === l) note(tallies.flatBars, i);
  }
}

/** Checks prices one by one, if one of the four columns is missing, as in ticks. */
function checkEach(columns: readonly ReadonlyTypedArray[], length: number, tallies: PriceTallies): void {
  for (let i = 0; i < length; i++) {
    let missing = false;
    let nonPositive = false;
    for (let c = 0; c < columns.length; c++) {
      const price = columns[c][i];
      if (price > 0 && price < Number.POSITIVE_INFINITY) continue;
      if (price <= 0) nonPositive = true;
      if (!Number.isFinite(price)) missing = true;
    }
    if (missing) note(tallies.missingPrices, i);
    if (nonPositive) note(tallies.nonPositivePrices, i);
  }
}

function checkVolumes(volume: ReadonlyTypedArray, length: number, tallies: PriceTallies): void {
  for (let i = 0; i < length; i++) {
    const v = volume[i];
    if (v > 0 && v < Number.POSITIVE_INFINITY) continue;
    note(v === 0 ? tallies.zeroVolumes : tallies.badVolumes, i);
  }
}

function note(tally: Tally, row: number): void {
  if (tally.count++ === 0) tally.at = row;
}

function noteStray(tally: StrayOpenTally, row: number, open: number, low: number, high: number): void {
  const { places } = tally;
  tally.count++;
  const distance = open > high ? open / high : low / open;
  // A range below 0, or an open of 0, has no ratio.
  const size = distance >= 1 ? distance : Number.POSITIVE_INFINITY;
  if (places.length === strayPlacesKept && size <= places[strayPlacesKept - 1].distance) return;
  let place = places.length;
  while (place > 0 && places[place - 1].distance < size) place--;
  places.splice(place, 0, { at: row, time: "", open, low, high, distance: size });
  if (places.length > strayPlacesKept) places.pop();
}
