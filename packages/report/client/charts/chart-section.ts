import type { Block } from "../../src/reading/arrays.ts";
import type { TradeColumns } from "../../src/reading/trades.ts";
import { createView, type View } from "../../src/view/view.ts";
import { byId } from "../page/dom.ts";
import { type Board, createBoard } from "./board.ts";
import { costsPanel, drawdownPanel, equityPanel, exposurePanel, sharpePanel } from "./curve-panels.ts";
import { type EquityCurve, readCurve } from "./curve-series.ts";
import { addGestures, type GestureMode } from "./gestures.ts";
import { addKeys } from "./keys.ts";
import { createPanel, type Panel } from "./panel.ts";
import type { PanelContent } from "./panel-content.ts";
import { createPriceChoice, type PriceChoice } from "./price-choice.ts";
import { createRangeBar } from "./range-bar.ts";

/** The charts of the page. */
export interface ChartSection {
  readonly view: View;
  readonly board: Board;
  /** Draws everything again, at a width or at that of the page. */
  rebuild(width?: number): void;
  /** Reads the rest of the curve, and adds its panels. */
  addCurve(): Promise<void>;
  /** Adds the price panel. */
  addPrice(trades: TradeColumns | undefined): Promise<PriceChoice | undefined>;
  /** Moves to the next trade of the shown symbol, or the one before. */
  onTrade: (step: 1 | -1) => void;
}

/** Creates the charts and draws the first one, that of the equity. */
export function createCharts(block: Block, curve: EquityCurve): ChartSection {
  const { json } = block;
  const { times } = curve;
  const view = createView(json.n, curve.isWide);
  const board = createBoard(view);
  const mode: GestureMode = { isPanning: false };

  function add(id: string, content: PanelContent): Panel | undefined {
    const figure = byId(`panel-${id}`);
    if (figure === undefined) return undefined;
    const plot = figure.querySelector(".plot");
    const title = figure.querySelector("figcaption b")?.textContent ?? id;
    plot?.setAttribute("role", "application");
    plot?.setAttribute("aria-roledescription", "chart");
    plot?.setAttribute("aria-label", `${title}. ${content.describe()}. Use the arrow keys to read values.`);
    const panel = createPanel({ figure, view, times, content });
    addGestures(panel, view, mode);
    addKeys(panel, view, { trade: (step) => section.onTrade(step), timeText: times.text });
    board.add(panel);
    return panel;
  }

  const capital = Number(json.result.config["initialCapital"]);
  const place = byId("range");
  const drawRange = place && createRangeBar({ place, view, times, series: curve.equity, mode });
  const section: ChartSection = {
    view,
    board,
    rebuild(width) {
      board.rebuild(width);
      drawRange?.();
    },
    async addCurve() {
      await curve.readAll();
      if (first !== undefined) board.redraw(first);
      const series = await readCurve(block);
      add("drawdown", drawdownPanel(series));
      if (series.long !== undefined && series.short !== undefined)
        add("exposure", exposurePanel(series.long, series.short));
      if (series.sharpe !== undefined) add("sharpe", sharpePanel(series.sharpe));
      if (series.costs !== undefined) add("costs", costsPanel(series.costs));
    },
    async addPrice(trades) {
      const figure = byId("panel-price");
      if (figure === undefined || json.bars.length === 0) {
        figure?.remove();
        return undefined;
      }
      const panels: (Panel | undefined)[] = [];
      const onChange = (): void => {
        for (const panel of panels) if (panel !== undefined) board.redraw(panel);
      };
      const choice = await createPriceChoice({ block, view, trades, onChange });
      panels.push(add("price", choice.content), choice.signal && add("signal", choice.signal));
      if (choice.field !== undefined) figure.querySelector("figcaption b")?.after(choice.field);
      return choice;
    },
    onTrade: () => undefined,
  };
  const first = add("equity", equityPanel(curve, json.drawdowns, capital));
  if (first !== undefined) board.drawNow(first);
  return section;
}
