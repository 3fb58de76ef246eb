import type { SignalThresholds } from "../../src/data/report-data.ts";
import type { CandlesInView } from "../../src/reading/candle-levels.ts";
import type { Candles } from "../../src/reading/candles.ts";
import { decimalText, noFigure } from "../../src/text/number-text.ts";
import type { View } from "../../src/view/view.ts";
import { color } from "./palette.ts";
import type { Paint, PanelContent } from "./panel-content.ts";
import type { PriceSource } from "./price-panel.ts";

/** The content of the signal panel, with a way to change its symbol. */
export interface SignalContent extends PanelContent {
  setSource(source: PriceSource): void;
}

interface Options {
  readonly view: View;
  readonly thresholds: SignalThresholds;
  readonly source: PriceSource;
}

/** Candles in view by their rows: those of the span, and the coarser ones in its gaps. */
function* inOrder({ span, gaps, coarse }: CandlesInView): Generator<readonly [Candles, number], void, void> {
  let gap = 0;
  for (let i = span.from; i < span.to; i++) {
    for (; gap < gaps.length && coarse.rows[gaps[gap]] < span.candles.rows[i]; gap++) yield [coarse, gaps[gap]];
    yield [span.candles, i];
  }
  for (; gap < gaps.length; gap++) yield [coarse, gaps[gap]];
}

function paintLevel({ context, y, left, width, ratio }: Paint, value: number, name: string, dash: number[]): void {
  context.strokeStyle = color(name);
  context.lineWidth = ratio;
  context.setLineDash(dash.map((length) => length * ratio));
  context.beginPath();
  context.moveTo(left, y(value));
  context.lineTo(left + width, y(value));
  context.stroke();
  context.setLineDash([]);
}

/** A line through the last signal of each candle, over a bar from its lowest to its highest. */
function paintSignal(shown: CandlesInView, { context, x, y, ratio }: Paint): void {
  const points: (readonly [x: number, y: number])[] = [];
  context.fillStyle = color("veil");
  for (const [{ size, rows, signal }, i] of inOrder(shown)) {
    if (signal === undefined) continue;
    const [from, to] = [x(rows[i] - 0.5), x(rows[i] + size - 0.5)];
    const top = y(signal.high[i]);
    if (size > 1) context.fillRect(from, top, Math.max(ratio, to - from), y(signal.low[i]) - top);
    points.push([(from + to) / 2, y(signal.close[i])]);
  }
  context.strokeStyle = color("net");
  context.lineWidth = 1.5 * ratio;
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
}

/** The average signal of the symbol of the price panel, with the thresholds of both sides. */
export function signalPanel({ view, thresholds, source: first }: Options): SignalContent {
  let source = first;
  let most = 600;
  const { long, short } = thresholds;
  const inView = (): CandlesInView | undefined => source.levels?.inView(view.first, view.last, most);
  const has = (): boolean => inView()?.span.candles.signal !== undefined;

  return {
    height: 120,
    lines: [],
    canBeLog: false,
    axisText: (value) => decimalText(value, 2),
    setSource(next) {
      source = next;
    },
    reach() {
      const shown = inView();
      let [low, high] = [Math.min(short, 0), Math.max(long, 0)];
      for (const [{ signal }, i] of shown === undefined ? [] : inOrder(shown)) {
        if (signal === undefined) continue;
        if (signal.low[i] < low) low = signal.low[i];
        if (signal.high[i] > high) high = signal.high[i];
      }
      return [low, high];
    },
    above(paint) {
      most = paint.width / paint.ratio;
      paintLevel(paint, 0, "soft", []);
      paintLevel(paint, long, "up", [6, 4]);
      paintLevel(paint, short, "down", [2, 3]);
      const shown = inView();
      if (shown !== undefined) paintSignal(shown, paint);
    },
    legend(row) {
      const signal = source.levels?.at(row)?.signal;
      return [
        { label: "signal", text: signal === undefined ? noFigure : decimalText(signal, 3), color: "net" },
        { label: "long above", text: decimalText(long, 3), color: "up" },
        { label: "short below", text: decimalText(short, 3), color: "down" },
      ];
    },
    hint: () =>
      has()
        ? "Dashed: the threshold for long. Dotted: the threshold for short."
        : `The signals of ${source.symbol} are not in this file.`,
    describe: () => `Average signal of ${source.symbol} with the thresholds for long and short`,
  };
}
