import type { BlockJson } from "../block/block-format.ts";
import type { LuckTestResult } from "../data/luck-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { shortestText } from "../text/number-text.ts";
import { shortText } from "../text/visible-text.ts";
import { asSentence, figureCell, wideTable } from "./parts.ts";
import { sampledFigure } from "./sampled-figure.ts";

function costTable({ multipliers, totalReturn }: NonNullable<LuckTestResult["costs"]>): Markup {
  const head = html`<th scope="col" class="text">Costs times</th>${multipliers.map((factor) => html`<th scope="col">${shortestText(factor)}</th>`)}`;
  const row = html`<tr><th scope="row">Total return</th>${totalReturn.map((value) => figureCell(value, { unit: "part", better: "+" }))}</tr>`;
  return wideTable("Returns by costs", "The total return with other costs.", head, [row]);
}

function testPart({ name, title, question, passes, result, facts, sampled, costs }: LuckTestResult): Markup {
  const state =
    passes === null
      ? asSentence(shortText(result))
      : html`<b class="${passes ? "up" : "down"}">${passes ? "Passes" : "Fails"}</b>: ${shortText(result)}.`;
  return html`<div data-test="${name}"><h3>${title}</h3><p>${question} ${state}${facts.map(
    (fact) => ` ${asSentence(fact)}`,
  )}</p>${sampled && sampledFigure(title, sampled)}${costs && costTable(costs)}</div>`;
}

/** The section of the tests for luck; undefined for other reports. */
export function luckSection({ luck }: BlockJson): Markup | undefined {
  if (luck === undefined) return undefined;
  return html`<section id="luck"><h2>Was it luck?</h2><p><strong>${asSentence(shortText(luck.sentence))}</strong> Rule: ${asSentence(
    shortText(luck.rule),
  )}</p>${luck.tests.map(testPart)}</section>`;
}
