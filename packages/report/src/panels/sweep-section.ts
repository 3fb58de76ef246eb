import type { BlockJson } from "../block/block-format.ts";
import type { ReportSweep, SearchJudgement, SearchOverfitting } from "../data/search-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { counted } from "../markup/summary-facts.ts";
import { figureText } from "../text/figure-text.ts";
import { decimalText, percentText } from "../text/number-text.ts";
import { shortText } from "../text/visible-text.ts";
import { countedHistogram } from "./counted-histogram.ts";
import { asSentence, columnHead, figureCells, noteList, valueCells, wideTable } from "./parts.ts";
import { searchMap } from "./search-map-table.ts";

function aboutSearch({ evaluations, ranked, above, size, figures, over, requirements, unranked }: ReportSweep): Markup {
  const objective = figures[0]?.name ?? "";
  const of = over === null ? "" : `, the ${over} of the symbols`;
  const required = requirements === null ? "" : ` with ${requirements}`;
  const space = size === null ? "a space without bound" : `a space of ${decimalText(Number(size))}`;
  return html`<p>${counted(evaluations, "evaluation")} in ${space}, to maximise <bdi>${shortText(objective)}</bdi>${of}${shortText(required).trim() === "(blank)" ? "" : shortText(required)}. ${counted(ranked, "configuration")} ${ranked === 1 ? "is" : "are"} ranked, ${decimalText(above)} of them with an objective above 0.</p>${
    unranked.length === 0
      ? undefined
      : html`<ul class="hint">${unranked.map(({ reason, configurations }) => html`<li>${decimalText(configurations)} without a place: ${shortText(reason)}</li>`)}</ul>`
  }`;
}

/** The judgement with all of its figures. */
function judgementTable({ sentence, rule, figures, notes }: SearchJudgement): Markup {
  const rows = figures.map(
    ({ name, title, value, unit, meaning }) =>
      html`<tr><th scope="row">${title}</th><td data-figure="${name}" data-value="${String(value)}">${figureText(value, { unit })}</td><td class="prose">${shortText(meaning)}</td></tr>`,
  );
  const head = html`<th scope="col" class="text">Figure</th><th scope="col">Value</th><th scope="col" class="prose">Meaning</th>`;
  return html`<h3>Was the best one luck?</h3><p><strong>${asSentence(shortText(sentence))}</strong> Rule: ${asSentence(shortText(rule))}</p>${wideTable(
    "Judgement",
    "The figures of the judgement.",
    head,
    rows,
  )}${noteList(notes)}`;
}

function bestTable({ axes, figures, best, ranked }: ReportSweep): Markup {
  const rows = best.map(
    ({ configuration, values, figures: own }, place) =>
      html`<tr><td>${place + 1}</td>${valueCells(values)}${figureCells(figures, own)}<td>${configuration}</td></tr>`,
  );
  const head = html`<th scope="col">No.</th>${[...axes, ...figures].map(({ name }) => columnHead(name))}<th scope="col">Configuration</th>`;
  return html`<h3>Best configurations</h3>${wideTable("Best configurations", `The best ${decimalText(best.length)} of ${decimalText(ranked)}.`, head, rows)}`;
}

/** The place of the parallel coordinates, with what it draws in words. */
function linesPlace({ lines, ranked, figures }: ReportSweep): Markup | undefined {
  const count = lines.configurations.length;
  if (count < 2) return undefined;
  const text =
    count === ranked
      ? `All ${decimalText(count)} ranked configurations`
      : `${decimalText(count)} of ${decimalText(ranked)} ranked configurations: the best ${decimalText(lines.best)}, and ${decimalText(lines.drawn)} drawn from the others with seed ${lines.seed}`;
  return html`<figure class="panel scripted" id="panel-lines"><figcaption><b>Configurations as lines</b><span class="legend"><span>${text}; coloured by <bdi>${shortText(figures[0]?.name ?? "")}</bdi></span></span></figcaption><div class="tools"></div><div class="plot"></div><p class="hint" role="status"></p></figure>`;
}

/** PBO: the histogram of the logits, and what was best in sample against its figure out of sample. */
function overfittingPart({ pbo, combinations, logits, inSample, probabilityOfLoss, slope }: SearchOverfitting): Markup {
  const text = `What was best on some of the bars was among the worse half on the others in ${percentText(pbo)} of ${decimalText(combinations)} halves (PBO): ranks with a logit of 0 or less.`;
  const falls =
    slope === null
      ? ""
      : ` A Sharpe ratio that is higher by 1 on some bars is ${slope < 0 ? "lower" : "higher"} by ${decimalText(Math.abs(slope), 2)} on the others.`;
  const shown =
    inSample.length < combinations
      ? `${decimalText(inSample.length)} of ${decimalText(combinations)}`
      : `All ${decimalText(combinations)}`;
  return html`<h3>Overfitting</h3><div class="pair">${countedHistogram(logits, {
    title: "Logits",
    text,
    label: (value) => decimalText(value, 1),
  })}<figure class="panel" id="panel-splits"><figcaption><b>In and out of sample</b> ${shown} choices: Sharpe ratio per bar of the best on half of the bars, and on the others; ${percentText(probabilityOfLoss)} of these are below 0.${falls}</figcaption><div class="plot scripted"></div></figure></div>`;
}

/** The section of a sweep; undefined for other reports. */
export function sweepSection({ sweep }: BlockJson): Markup | undefined {
  if (sweep === undefined) return undefined;
  const { judgement, overfitting, notes } = sweep;
  return html`<section id="sweep"><h2>Sweep</h2>${aboutSearch(sweep)}${judgement && judgementTable(judgement)}${searchMap(sweep)}${bestTable(sweep)}${linesPlace(
    sweep,
  )}${overfitting && overfittingPart(overfitting)}${noteList(notes)}</section>`;
}
