import type { SampledFigure } from "../data/luck-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { figureText } from "../text/figure-text.ts";
import { decimalText, percentText, signedPercentText } from "../text/number-text.ts";
import { countedHistogram, type HistogramMark } from "./counted-histogram.ts";
import { figureCell, wideTable } from "./parts.ts";

const levels = ["5 %", "25 %", "50 %", "75 %", "95 %"];

function marksOf({ actual, holding }: SampledFigure): readonly HistogramMark[] {
  return [
    ...(actual === null
      ? []
      : [{ name: `this run ${signedPercentText(actual)}`, value: actual, kind: "net" } as const]),
    ...(holding === null
      ? []
      : [{ name: `holding ${signedPercentText(holding)}`, value: holding, kind: "benchmark" } as const]),
  ];
}

function quantileTable(name: string, { quantiles }: SampledFigure): Markup | undefined {
  if (quantiles.length === 0) return undefined;
  const rows = quantiles.map(
    ({ name: figure, title, unit, values }) =>
      html`<tr data-figure="${figure}"><th scope="row">${title}</th>${levels.map((_, i) => figureCell(values?.[i] ?? null, { unit, better: figure === "maxDrawdown" ? "-" : "+" }))}</tr>`,
  );
  const head = html`<th scope="col" class="text">of the samples</th>${levels.map((level) => html`<th scope="col">${level}</th>`)}`;
  return wideTable(`${name}: quantiles`, `${name}: quantiles of the samples.`, head, rows);
}

/** The histogram of samples with this run and holding marked, and their quantiles. */
export function sampledFigure(name: string, sampled: SampledFigure): Markup {
  const { samples, seed, block, returns, probabilityOfLoss } = sampled;
  const blocks = block === null ? "" : `, drawn in blocks of ${figureText(block, { unit: "count" })} bars on average`;
  const losses = probabilityOfLoss === null ? "" : `; ${percentText(probabilityOfLoss)} gain nothing`;
  const what = returns === null ? "" : "Total returns of ";
  const text = `${what}${decimalText(samples)} samples${blocks}, seed ${seed}${losses}.`;
  return html`<div>${
    returns === null
      ? html`<p>${text}</p>`
      : countedHistogram(returns, {
          title: name,
          text,
          label: (value) => signedPercentText(value),
          marks: marksOf(sampled),
        })
  }${quantileTable(name, sampled)}</div>`;
}
