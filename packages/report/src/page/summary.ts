import type { BlockJson } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { factsOf, titleOf } from "../markup/summary-facts.ts";
import { judgementLine } from "../panels/judgement-line.ts";
import { tiles } from "./tiles.ts";
import { verdict, verdictBars } from "./verdict.ts";
import { warnings } from "./warnings.ts";

/** The first section: title, facts, verdict, tiles, warnings. */
export function summary(json: BlockJson): Markup {
  const { portfolio } = json.result;
  return html`<section id="summary"><h1><bdi>${titleOf(json)}</bdi></h1><p class="facts">${factsOf(json)}</p>${judgementLine(json)}<div class="headline"><div>${verdict(
    json,
  )}</div>${portfolio === null ? undefined : verdictBars(portfolio)}</div>${
    portfolio === null ? undefined : tiles(json.result, portfolio)
  }${warnings(json.result)}</section>`;
}
