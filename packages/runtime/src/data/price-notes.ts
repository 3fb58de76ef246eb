import type { JumpPlace, OpenJumpPlace, SeriesQuality, StrayOpenPlace } from "@atc/ingest";
import { notableJumps } from "@atc/ingest";
import type { DatasetNote } from "./dataset-note.ts";
import { counted, greatest, price, shortTime, sum } from "./note-parts.ts";

type Placed<Place> = Place & { readonly symbol: string };

/** Jumps that stay. A note of their own names those that come back. */
export function jumpsNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const places = notableJumps(series).filter(({ reverts }) => !reverts);
  const worst = greatest(places, ({ ratio }) => Math.abs(Math.log(ratio)));
  if (worst === undefined) return undefined;
  const { symbol, time, from, to } = worst;
  const which = places.length === 1 ? "" : ", the largest";
  return {
    kind: "jumps",
    count: places.length,
    text: `${counted(places.length, "close jumps and stays there", "closes jump and stay there")}${which}: ${symbol} ${shortTime(time)} from ${price(from)} to ${price(to)}`,
  };
}

function distance({ open, low, high }: StrayOpenPlace): number {
  const ratio = open > high ? open / high : low / open;
  return ratio >= 1 ? ratio : Number.POSITIVE_INFINITY;
}

export function strayOpensNote(series: readonly SeriesQuality[], fillsAtOpens: boolean): DatasetNote | undefined {
  const count = sum(series, ({ opensOutsideRange }) => opensOutsideRange?.count ?? 0);
  const places = series.flatMap(({ symbol, opensOutsideRange }): Placed<StrayOpenPlace>[] =>
    (opensOutsideRange?.places ?? []).slice(0, 1).map((place) => ({ ...place, symbol })),
  );
  const worst = greatest(places, distance);
  if (worst === undefined) return undefined;
  const { symbol, time, open, low, high } = worst;
  const which = count === 1 ? "" : ", the farthest";
  const fills = fillsAtOpens ? "; orders are filled at opens" : "";
  return {
    kind: "opensOutsideRange",
    count,
    text: `${counted(count, "bar opens outside of its range", "bars open outside of their range")}${which}: ${symbol} ${shortTime(time)} opens at ${price(open)}, its low is ${price(low)} and its high ${price(high)}${fills}`,
  };
}

export function openJumpsNote(series: readonly SeriesQuality[], fillsAtOpens: boolean): DatasetNote | undefined {
  const count = sum(series, ({ openJumps }) => openJumps?.count ?? 0);
  const places = series.flatMap(({ symbol, openJumps }): Placed<OpenJumpPlace>[] =>
    (openJumps?.places ?? []).slice(0, 1).map((place) => ({ ...place, symbol })),
  );
  const worst = greatest(places, ({ from, open }) => Math.abs(Math.log(open / from)));
  if (worst === undefined) return undefined;
  const { symbol, time, from, open, close } = worst;
  const which = count === 1 ? "" : ", the farthest";
  const fills = fillsAtOpens ? "; orders are filled at opens" : "";
  return {
    kind: "openJumps",
    count,
    text: `${counted(count, "bar opens far from the close before and closes near it", "bars open far from the close before and close near it")}${which}: ${symbol} ${shortTime(time)} opens at ${price(open)} after a close of ${price(from)} and closes at ${price(close)}${fills}`,
  };
}

export function revertingNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const places = series.flatMap(({ symbol, jumps }) =>
    jumps.places.filter(({ reverts }) => reverts).map((place): Placed<JumpPlace> => ({ ...place, symbol })),
  );
  const worst = greatest(places, ({ ratio }) => Math.abs(Math.log(ratio)));
  // An earlier release counted only those among the places.
  const count = sum(series, ({ jumps }) => jumps.reverting ?? jumps.places.filter(({ reverts }) => reverts).length);
  if (count === 0) return undefined;
  const which = count === 1 ? "" : ", the largest";
  const place =
    worst === undefined
      ? ""
      : `${which}: ${worst.symbol} ${shortTime(worst.time)} closes at ${price(worst.to)} after ${price(worst.from)}`;
  return {
    kind: "revertingJumps",
    count,
    text: `${counted(count, "close jumps and comes back", "closes jump and come back")} within five rows, as bad prints do${place}`,
  };
}

export function violationsNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const count = sum(series, ({ ohlcViolations }) => ohlcViolations.count);
  const opens = sum(series, ({ opensOutsideRange }) => opensOutsideRange?.count ?? 0);
  // A note of their own names the opens.
  if (count === opens) return undefined;
  const first = series
    .flatMap(({ symbol, ohlcViolations }) => (ohlcViolations.first === undefined ? [] : [{ symbol, ohlcViolations }]))
    .at(0);
  if (count === 0 || first === undefined) return undefined;
  const place = `${first.symbol} ${shortTime(String(first.ohlcViolations.first))}`;
  const included = opens === 0 ? "" : `, those ${opens.toLocaleString("en")} included,`;
  return {
    kind: "ohlcViolations",
    count,
    text: `${counted(count, "bar", "bars")}${included} ${count === 1 ? "has" : "have"} a high or low that is not the highest or lowest of its prices${count === 1 ? "" : ", the first"}: ${place}`,
  };
}

export function badPricesNote(series: readonly SeriesQuality[]): DatasetNote | undefined {
  const missing = sum(series, ({ missingPrices }) => missingPrices.count);
  const low = sum(series, ({ nonPositivePrices }) => nonPositivePrices.count);
  const parts = [
    ...(missing === 0 ? [] : [`${counted(missing, "row lacks", "rows lack")} a price`]),
    ...(low === 0 ? [] : [`${counted(low, "row has", "rows have")} a price of 0 or less`]),
  ];
  return parts.length === 0 ? undefined : { kind: "badPrices", count: missing + low, text: parts.join(", ") };
}
