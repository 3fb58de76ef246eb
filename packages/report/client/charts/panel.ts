import uPlot from "uplot";
import type { RowTimes } from "../../src/reading/row-times.ts";
import { axisRange } from "../../src/view/axis-range.ts";
import type { View } from "../../src/view/view.ts";
import { legendElement } from "./legend.ts";
import { extentOf, lineColumns } from "./line-columns.ts";
import type { Paint, PanelContent } from "./panel-content.ts";
import { axisOptions, axisWidth, bandOptions, seriesOptions } from "./plot-options.ts";

/** A panel with its plot. */
export interface Panel {
  readonly figure: HTMLElement;
  readonly content: PanelContent;
  /** Draws what the view shows. */
  draw(): void;
  /** Moves the cursor and fills the legend. */
  drawCursor(): void;
  /** Makes the plot again: after a change of the width, the theme or the kind of axis. */
  rebuild(width?: number): void;
  /** The row at a place of the page; undefined outside of the plot. */
  rowAt(clientX: number): number | undefined;
  /** The element over the plot, which receives pointers. */
  over(): HTMLElement | undefined;
}

interface PanelOptions {
  readonly figure: HTMLElement;
  readonly view: View;
  readonly times: RowTimes;
  readonly content: PanelContent;
}

function paintOf(u: uPlot): Paint {
  const { left, top, width, height } = u.bbox;
  return {
    context: u.ctx,
    ratio: uPlot.pxRatio,
    left,
    top,
    width,
    height,
    x: (row) => u.valToPos(row, "x", true),
    y: (value) => u.valToPos(value, "y", true),
  };
}

/** Paints inside of the plot alone. */
function clipped(u: uPlot, paint: ((paint: Paint) => void) | undefined): void {
  if (paint === undefined) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint(paintOf(u));
  ctx.restore();
}

/** Creates a panel in its place on the page. */
export function createPanel({ figure, view, times, content }: PanelOptions): Panel {
  const place = figure.querySelector<HTMLElement>(".plot") ?? figure;
  const legend = figure.querySelector<HTMLElement>(".legend");
  const hint = figure.querySelector<HTMLElement>(".hint");
  const line = document.createElement("div");
  line.className = "cursor";
  let plot: uPlot | undefined;
  let range: [number, number] = [0, 1];

  const isLog = (): boolean => content.canBeLog && view.isLog;

  function prepare(width: number): uPlot.AlignedData {
    const { x, values } = lineColumns(content.lines, view, width - axisWidth, isLog());
    const [low, high] = extentOf(values);
    range = axisRange(...(content.reach?.(low, high) ?? ([low, high] as const)), isLog());
    return [x, ...values] as uPlot.AlignedData;
  }

  function build(width: number): void {
    plot?.destroy();
    const data = prepare(width);
    const options: uPlot.Options = {
      width,
      height: content.height,
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      series: seriesOptions(content.lines),
      bands: bandOptions(content.lines),
      axes: axisOptions({ view, times, axisText: content.axisText, isLog, range: () => range }),
      scales: {
        x: { time: false, range: () => [view.first, view.last] },
        y: { distr: isLog() ? 3 : 1, range: () => range },
      },
      hooks: {
        drawClear: [(u) => clipped(u, content.below?.bind(content))],
        draw: [(u) => clipped(u, content.above?.bind(content))],
      },
    };
    plot = new uPlot(options, data, place);
    plot.over.append(line);
  }

  function drawCursor(): void {
    const { cursor } = view;
    if (plot !== undefined) {
      line.hidden = cursor === undefined || cursor < view.first || cursor > view.last;
      // The middle of a line of one pixel, on whole pixels: between two of them it would be blurred.
      if (cursor !== undefined) line.style.transform = `translateX(${Math.round(plot.valToPos(cursor, "x") - 0.5)}px)`;
    }
    const row = cursor ?? Math.max(0, Math.min(view.rows - 1, Math.floor(view.last)));
    legend?.replaceChildren(...content.legend(row).map(legendElement));
  }

  return {
    figure,
    content,
    draw() {
      if (plot === undefined) build(place.clientWidth);
      else plot.setData(prepare(place.clientWidth));
      if (hint !== null) hint.textContent = content.hint?.() ?? "";
      drawCursor();
    },
    drawCursor,
    rebuild: (width = place.clientWidth) => {
      build(width);
      drawCursor();
    },
    rowAt(clientX) {
      if (plot === undefined) return undefined;
      const { left, width } = plot.over.getBoundingClientRect();
      return view.first + ((clientX - left) / width) * (view.last - view.first);
    },
    over: () => plot?.over,
  };
}
