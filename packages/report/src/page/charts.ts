import type { BlockJson } from "../block/block-format.ts";
import type { CurveColumn } from "../data/report-data.ts";
import { html, type Markup } from "../markup/markup.ts";

/** The place of a panel: the client draws into it. */
interface PanelPlace {
  readonly id: string;
  readonly title: string;
}

function panelsOf({ arrays, bars, rollingWindow, signalThresholds }: BlockJson): readonly PanelPlace[] {
  const has = (column: CurveColumn): boolean => Object.hasOwn(arrays, column);
  return [
    { id: "equity", title: "Equity" },
    { id: "drawdown", title: "Drawdown" },
    ...(bars.length === 0 ? [] : [{ id: "price", title: "Price and trades" }]),
    ...(bars.length === 0 || signalThresholds === undefined ? [] : [{ id: "signal", title: "Average signal" }]),
    ...(has("long") ? [{ id: "exposure", title: "Exposure" }] : []),
    ...(has("sharpe") ? [{ id: "sharpe", title: `Sharpe ratio of the last ${rollingWindow ?? ""} bars` }] : []),
    ...(has("costs") ? [{ id: "costs", title: "Costs so far" }] : []),
  ];
}

/** The section of charts, which stays hidden until the client has read the data. */
export function charts(json: BlockJson): Markup | undefined {
  if (json.n === 0) return undefined;
  return html`<section id="charts" class="scripted"><h2 class="spoken">Charts</h2><div id="range"></div>${panelsOf(
    json,
  ).map(
    ({ id, title }) =>
      html`<figure class="panel" id="panel-${id}" data-panel="${id}"><figcaption><b>${title}</b><span class="legend"></span></figcaption><div class="plot"></div><p class="hint"></p></figure>`,
  )}<div class="spoken" id="live" role="status" aria-live="polite"></div></section><noscript><p class="card">Charts and tables of trades need scripts. All figures below do not.</p></noscript>`;
}
