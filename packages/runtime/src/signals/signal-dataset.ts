import { outsidePeriod, periodRows } from "@atc/backtest";
import type { Block, BlocksOptions, ColumnMetadata, Dataset, Series, SignalConfig } from "@atc/contract";
import { AtcError } from "@atc/contract";
import type { RowRange } from "@atc/datasets";
import { columnNames, createStream, type SignalOutput, signalOutputs } from "@atc/signals";
import type { PriceSeries } from "../compute/price-series.ts";
import { priceBlocks } from "../compute/price-series.ts";
import { outputMemory, type SignalBlock, signalBlocks } from "../compute/signal-blocks.ts";
import type { StateRequest } from "../compute/symbol-state.ts";
import { noValidBar, withinCutout } from "../compute/symbol-state.ts";

/** The columns of signals: time, prices, outputs. */
function columnsOf({ manifest: { schema } }: Dataset, { precision }: SignalConfig): readonly ColumnMetadata[] {
  return [
    ...schema.columns.slice(0, 1),
    { name: "close", type: "float64" },
    { name: "source", type: "float64" },
    ...signalOutputs.map((name): ColumnMetadata => {
      return { name: columnNames[name], type: name === "direction" ? "int8" : precision };
    }),
  ];
}

/** The prices of the rows of a request up to the end of its period. */
function pricesOf(series: Series, request: StateRequest): Iterable<PriceSeries> {
  const { signals, invalidPrices, limit, period } = request;
  const rows = periodRows(series, { limit, period });
  return priceBlocks(series, { calculationSource: signals.calculationSource, invalidPrices }, rows);
}

/**
 * The bars of a symbol whose signals are written, among those that it has after invalid prices are left out. Reads its
 * prices once, because the writers of tables need the number of rows first.
 *
 * @throws ATC_INVALID_DATA if the symbol has an invalid price, no bar in the period, or no bar after the cutout
 */
export function signalRange(series: Series, request: StateRequest, from: bigint | undefined): RowRange {
  const { symbol } = series;
  const { limit, period, signals } = request;
  if (periodRows(series, { limit, period }).curveBars === 0) throw outsidePeriod(series, { limit, period });
  let before = 0;
  let bars = 0;
  for (const block of pricesOf(series, request)) {
    const first = from === undefined ? 0 : block.times.findIndex((time) => time >= from);
    before += first < 0 ? block.times.length : first;
    bars += block.times.length;
  }
  if (before === bars) throw noValidBar(symbol);
  if (bars <= signals.cutout) throw withinCutout(symbol, bars, signals.cutout);
  return { symbol, from: before, to: bars };
}

/** A view of a dataset whose rows are the signals of its bars. They are computed as they are read. */
export function signalDataset(dataset: Dataset, request: StateRequest): Dataset {
  const { signals } = request;
  const columns = columnsOf(dataset, signals);
  const memory = outputMemory(signalOutputs, signals);
  const outputs = new Map(signalOutputs.map((output): [string, SignalOutput] => [columnNames[output], output]));

  function viewOf({ length, prices, columns: values }: SignalBlock, row: number, from: number): Block {
    const words = new Int32Array(prices.times.buffer, prices.times.byteOffset, 2 * length);
    return {
      row: row + from,
      length: length - from,
      times: () => prices.times.subarray(from),
      timeWords: () => words.subarray(2 * from),
      values(name) {
        const output = outputs.get(name);
        const array = output === undefined ? prices[name as "close" | "source"] : values[output];
        if (array === undefined) throw new AtcError("ATC_INVALID_ARGUMENT", `there is no column "${name}"`);
        return array.subarray(from, length);
      },
    };
  }

  function* blocks(series: Series, { from = 0 }: BlocksOptions): Generator<Block, void, void> {
    using stream = createStream(signals);
    let row = 0;
    for (const block of signalBlocks(stream, pricesOf(series, request), memory)) {
      if (row + block.length > from) yield viewOf(block, row, Math.max(0, from - row));
      row += block.length;
    }
  }

  return {
    manifest: { ...dataset.manifest, schema: { kind: dataset.manifest.schema.kind, columns } },
    symbols: () => dataset.symbols(),
    series(symbol) {
      const series = dataset.series(symbol);
      return {
        symbol,
        length: series.length,
        columns,
        blocks: (options) => blocks(series, options),
        window() {
          throw new AtcError("ATC_UNSUPPORTED", "signals are read block by block");
        },
      };
    },
    [Symbol.dispose]: () => undefined,
  };
}
