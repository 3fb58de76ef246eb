import type { ReturnCounts } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText, percentText } from "../text/number-text.ts";

const width = 600;
const height = 170;
const base = 150;

/** A histogram with its axis, as SVG; undefined without bins. */
export function histogram(title: string, noun: string, returns: ReturnCounts): Markup | undefined {
  const { length, below, above, bins } = returns;
  if (bins === undefined) return undefined;
  const { counts, edge, outside } = bins;
  const binCount = counts.length;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = width / binCount;
  const bars = counts.map((count, i) => {
    const size = count === 0 ? 0 : Math.max(1, Math.round((140 * count) / most));
    const side = i < (binCount - 1) / 2 ? "down" : i > (binCount - 1) / 2 ? "up" : "even";
    return html`<rect class="${side}" x="${(i * step + 0.5).toFixed(1)}" y="${base - size}" width="${(step - 1).toFixed(1)}" height="${size}"/>`;
  });
  const text = `${decimalText(length)} ${noun}: ${decimalText(below)} below 0, ${decimalText(above)} above`;
  const beyond = outside > 0 ? `; ${decimalText(outside)} beyond ${percentText(edge)} are in the outer bars` : "";
  return html`<figure><figcaption><b>${title}</b> ${text}${beyond}.</figcaption><svg class="histogram" viewBox="0 0 ${width} ${height}" role="img"><title>${title}: ${text}</title>${bars}<path class="zero" d="M0 ${base}H${width}"/><text x="0" y="166">${percentText(
    -edge,
  )}</text><text x="${width / 2}" y="166" text-anchor="middle">0</text><text x="${width}" y="166" text-anchor="end">${percentText(edge)}</text></svg></figure>`;
}
