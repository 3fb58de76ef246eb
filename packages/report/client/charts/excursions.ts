import type { TradeColumns } from "../../src/reading/trades.ts";
import { percentText } from "../../src/text/number-text.ts";
import { linearTicks } from "../../src/view/ticks.ts";
import { color } from "./palette.ts";
import { addMark } from "./point-marks.ts";

const height = 260;
const left = 8;
const right = 60;
const bottom = 24;

/** The value below which a part of the numbers is. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.round(part * (sorted.length - 1))] ?? 0;
}

/** Draws the adverse excursion of each closed trade against its favourable one. Returns what draws it again. */
export function createExcursions(figure: HTMLElement, trades: TradeColumns): (width?: number) => void {
  const place = figure.querySelector<HTMLElement>(".plot") ?? figure;
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.className = "scatter";
  place.append(canvas);
  const closed: number[] = [];
  for (let i = 0; i < trades.length; i++) if (trades.open[i] === 0) closed.push(i);
  const most = {
    x:
      quantile(
        closed.map((i) => -trades.mae[i]),
        0.99,
      ) || 0.01,
    y:
      quantile(
        closed.map((i) => trades.mfe[i]),
        0.99,
      ) || 0.01,
  };
  const hint = figure.querySelector(".hint");
  const text =
    "Circle: won. Cross: lost. To the right: how far the price went against the trade. Upwards: how far it went with it.";
  if (hint !== null) hint.textContent = text;
  canvas.setAttribute("aria-label", `Excursions of ${closed.length} closed trades. ${text}`);

  /** The trades of one outcome, one of those that share a pixel. */
  function distinct(isWon: boolean, place: (trade: number) => readonly [number, number]): [number, number][] {
    const taken = new Set<number>();
    const points: [number, number][] = [];
    for (const i of closed) {
      if (trades.profit[i] > 0 !== isWon) continue;
      const [x, y] = place(i).map(Math.round) as [number, number];
      const pixel = x * height + y;
      if (taken.has(pixel)) continue;
      taken.add(pixel);
      points.push([x, y]);
    }
    return points;
  }

  return (given) => {
    const width = given ?? place.clientWidth;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    if (context === null || width === 0) return;
    context.scale(ratio, ratio);
    const x = (value: number): number => left + Math.min(1, value / most.x) * (width - left - right);
    const y = (value: number): number => height - bottom - Math.min(1, value / most.y) * (height - bottom - 10);
    context.font = "11px system-ui, sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = color("grid");
    context.fillStyle = color("soft");
    context.beginPath();
    for (const tick of linearTicks(0, most.x, width / 110)) {
      context.moveTo(x(tick), 0);
      context.lineTo(x(tick), height - bottom);
      context.fillText(percentText(-tick), x(tick), height - 8);
    }
    for (const tick of linearTicks(0, most.y, 5)) {
      context.moveTo(left, y(tick));
      context.lineTo(width - right, y(tick));
      context.fillText(percentText(tick), width - right + 6, y(tick) + 4);
    }
    context.stroke();
    for (const isWon of [false, true]) {
      context.strokeStyle = color(isWon ? "up" : "down");
      context.beginPath();
      for (const [px, py] of distinct(isWon, (i) => [x(-trades.mae[i]), y(trades.mfe[i])]))
        addMark(context, px, py, isWon);
      context.stroke();
    }
  };
}
