import { type MatchedColumns, misspeltNotes, type TimeLayout } from "@atc/plugin-kit";
import type { NumberStyle } from "../text/styled-number.ts";
import type { CsvOptions } from "./csv-options.ts";
import type { Header } from "./header.ts";
import { styleNotes } from "./number-style.ts";
import type { RowShape } from "./row-shape.ts";

/** What the notes on a file are made from. */
interface LayoutFacts {
  readonly header: Header;
  /** The names of all fields: those that the header lacks included. */
  readonly names: readonly string[];
  readonly matched: MatchedColumns;
  readonly time: TimeLayout;
  /** Names of fields that become no column. */
  readonly leftOut: readonly string[];
  readonly numbers: NumberStyle | undefined;
  readonly shape: RowShape | undefined;
  /** What was assumed about the header and its columns. */
  readonly assumed: readonly string[];
  readonly options: CsvOptions;
}

/** Notes on how rows become other rows. */
function shapeNotes(shape: RowShape | undefined): readonly string[] {
  const { wide, means = [] } = shape ?? {};
  return [
    ...(means.length === 0 ? [] : ["prices are the mean of bid and ask (--price bid or --price ask takes one)"]),
    ...(wide === undefined ? [] : [`each row holds ${wide.series.length} symbols and was read as one row for each`]),
  ];
}

/** What was assumed or left out to read a file, for the report of an ingest. */
export function layoutNotes(facts: LayoutFacts): readonly string[] {
  const { header, names, matched, time, leftOut, options, assumed, shape } = facts;
  const { skipLines = 0, priceScale = 1 } = options;
  const isInserted = names.length > header.names.length && matched.clock !== undefined;
  return [
    ...(header.comments === undefined ? [] : [`comments before the header were left out: "${header.comments}"`]),
    ...(skipLines === 0
      ? []
      : [`${skipLines} ${skipLines === 1 ? "line" : "lines"} at the start left out (skipLines)`]),
    ...(isInserted
      ? [
          `the header has ${header.names.length} names for ${names.length} fields: the time of day after the date has none`,
        ]
      : []),
    ...assumed,
    ...shapeNotes(shape),
    ...time.timeNotes,
    ...(priceScale === 1 ? [] : [`prices were divided by ${priceScale} (priceScale)`]),
    ...(shape?.wide === undefined ? misspeltNotes(names, matched) : []),
    ...(leftOut.length === 0 ? [] : [`columns left out: ${leftOut.join(", ")}`]),
    ...styleNotes(facts.numbers, options),
  ];
}
