import type { BlockJson } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText, percentText } from "../text/number-text.ts";
import { durationText, isoText } from "../text/time-text.ts";

const mostDrawdowns = 10;

/** The deepest drawdowns, each with a button that zooms the charts to it. */
export function drawdowns({ drawdowns: all, drawdownCount: count }: BlockJson): Markup | undefined {
  if (all.length === 0) return undefined;
  const rows = all
    .slice(0, mostDrawdowns)
    .map(
      ({ depth, peak, trough, recovery, bars, duration, rows: [from, , to] }, i) =>
        html`<tr><td>${i + 1}</td><td class="down">${percentText(-depth)}</td><td>${isoText(peak)}</td><td>${isoText(trough)}</td><td>${
          isoText(recovery) ?? "not recovered"
        }</td><td>${decimalText(bars)}</td><td>${durationText(duration)}</td><td class="scripted"><button type="button" data-from="${from}" data-to="${to}" aria-label="Show drawdown ${i + 1} in the charts">Show</button></td></tr>`,
    );
  return html`<section id="drawdowns"><h2>Deepest drawdowns</h2><div class="wide" role="region" aria-label="Deepest drawdowns" tabindex="0"><table><caption>${
    count > mostDrawdowns ? `The ${mostDrawdowns} deepest of ${decimalText(count)}.` : `All ${decimalText(count)}.`
  }</caption><thead><tr><th scope="col">No.</th><th scope="col">Depth</th><th scope="col">Peak</th><th scope="col">Trough</th><th scope="col">Recovery</th><th scope="col">Bars</th><th scope="col">Duration</th><th scope="col" class="scripted">Charts</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
