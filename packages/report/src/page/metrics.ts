import type { BlockJson } from "../block/block-format.ts";
import type { MetricText } from "../data/report-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { noFigure, percentText, shortestText } from "../text/number-text.ts";
import { durationText, isoText } from "../text/time-text.ts";

/** `maxDrawdownPeak` as `max drawdown peak`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`);
}

/** A metric as text, in its unit. */
function metricText(value: unknown, unit: string): string {
  if (typeof value === "string") return isoText(value) ?? noFigure;
  if (typeof value !== "number" || !Number.isFinite(value)) return noFigure;
  if (unit === "part" || unit === "part a year" || unit === "probability") return percentText(value, 2);
  return unit === "ms" ? durationText(value) : shortestText(value);
}

function rowsOf(metrics: readonly MetricText[], portfolio: object): readonly Markup[] {
  const values = portfolio as Readonly<Record<string, unknown>>;
  return metrics
    .filter(({ name }) => name in values)
    .map(({ name, unit, formula }) => {
      const value = values[name];
      return html`<div title="${formula}"><dt>${wordsOf(name)}</dt><dd data-metric="${name}" data-value="${String(value ?? "null")}">${metricText(
        value,
        unit,
      )}</dd></div>`;
    });
}

/** All metrics of the portfolio, by group. */
export function allMetrics({ metrics, result: { portfolio } }: BlockJson): Markup | undefined {
  if (portfolio === null) return undefined;
  const names = [...new Set(metrics.map(({ group }) => group))];
  const parts = names.map((group) => {
    const rows = rowsOf(
      metrics.filter((one) => one.group === group),
      portfolio,
    );
    return rows.length === 0 ? undefined : html`<div class="group"><h3>${group}</h3><dl>${rows}</dl></div>`;
  });
  return html`<section id="metrics"><h2>All metrics</h2><p class="hint">Of the portfolio. <code>atc metrics NAME</code> explains each.</p><div class="metrics">${parts}</div></section>`;
}
