import type { BlockJson } from "../block/block-format.ts";
import { html, type Markup } from "../markup/markup.ts";
import { shortText } from "../text/visible-text.ts";
import { asSentence } from "./parts.ts";

/** What a search or a test decides. */
export interface Judgement {
  readonly kind: "up" | "down" | "even";
  /** The section with its figures. */
  readonly id: string;
  readonly sentence: string;
}

/** What a search or a test decides; undefined for a plain backtest. */
export function judgementOf({ sweep, walkForward, luck }: BlockJson): Judgement | undefined {
  const judgement = (kind: Judgement["kind"], id: string, text: string): Judgement => ({
    kind,
    id,
    sentence: asSentence(shortText(text)),
  });
  if (luck !== undefined) return judgement(luck.survives ? "up" : "down", "luck", luck.sentence);
  if (walkForward !== undefined) return judgement("even", "walk-forward", walkForward.summary);
  if (sweep === undefined) return undefined;
  const { judgement: judged, ranked } = sweep;
  if (judged === undefined)
    return judgement("even", "sweep", `the best of ${ranked} configurations, which is not judged: it may be luck`);
  return judgement(judged.verdict === "survives" ? "up" : "down", "sweep", judged.sentence);
}

/** What a search or a test decides, as the first line of the report; undefined for a plain backtest. */
export function judgementLine(json: BlockJson): Markup | undefined {
  const judgement = judgementOf(json);
  if (judgement === undefined) return undefined;
  const { kind, id, sentence } = judgement;
  return html`<p class="verdict judgement ${kind}"><strong>${sentence}</strong> <a href="#${id}">Figures</a></p>`;
}
