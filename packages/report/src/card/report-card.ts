import type { BlockJson } from "../block/block-format.ts";
import { readBlock } from "../block/read-block.ts";
import { html, type Markup, markupText } from "../markup/markup.ts";
import { factsOf, titleOf } from "../markup/summary-facts.ts";
import type { TextRun } from "../markup/text-runs.ts";
import { type Tile, tilesOf } from "../page/tiles.ts";
import { verdictTexts } from "../page/verdict.ts";
import { thingsToKnow, warningTexts } from "../page/warnings.ts";
import { judgementOf } from "../panels/judgement-line.ts";
import { cardCharts } from "./card-charts.ts";
import { readCardCurve } from "./card-curve.ts";
import { cardLine, cardText, colors, px, type TextPlace } from "./card-parts.ts";
import { cutToWidth, fittingSize, wrapRuns } from "./text-lines.ts";

/** The size of a card in px: that of a preview of a link. */
const cardWidth = 1200;
const cardHeight = 630;

const margin = 40;
const inner = cardWidth - 2 * margin;
const bottom = 584;
const tilesWidth = 400;
const tileGap = 10;
const fonts = "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** A block of text, and the base line of its last line. */
interface Paragraph {
  readonly markup: Markup;
  readonly y: number;
}

/** Lines of text below a base line. */
function paragraph(
  runs: readonly TextRun[],
  above: number,
  { mostLines, ...style }: Omit<TextPlace, "x" | "y"> & { readonly mostLines: number },
): Paragraph {
  const step = Math.round(1.32 * style.size);
  const lines = wrapRuns(runs, { width: inner, mostLines, style });
  return {
    markup: html`${lines.map((line, i) => cardLine(line, { x: margin, y: above + (i + 1) * step, ...style }))}`,
    y: above + lines.length * step,
  };
}

/** Title, facts, what a search or a test decides, and the verdict. */
function head(json: BlockJson): Paragraph {
  const name = titleOf(json);
  const title = { size: fittingSize(name, inner, { size: 31, isBold: true }, 22), isBold: true };
  const facts = factsOf(json);
  const factsSize = fittingSize(facts, inner, { size: 17 }, 12);
  const { main, more } = verdictTexts(json);
  const judgement = judgementOf(json);
  const decided =
    judgement &&
    paragraph([{ text: judgement.sentence, kind: "strong" }], 94, { size: 20, color: judgement.kind, mostLines: 3 });
  const verdict = paragraph(main, decided === undefined ? 96 : decided.y + 4, { size: 22, mostLines: 3 });
  const rest =
    more === undefined
      ? undefined
      : paragraph([{ text: more }], verdict.y + 4, {
          size: 17,
          color: "soft",
          mostLines: 2,
        });
  return {
    markup: html`${cardText(cutToWidth(name, inner, title), { x: margin, y: 56, ...title })}${cardText(
      cutToWidth(facts, inner, { size: factsSize }),
      { x: margin, y: 84, size: factsSize, color: "soft" },
    )}${decided?.markup}${verdict.markup}${rest?.markup}`,
    y: rest?.y ?? verdict.y,
  };
}

/** A tile of the page. Texts are set smaller rather than cut, because half a figure is a wrong one. */
function tileMarkup({ name, value, note, sign = 0 }: Tile, x: number, y: number, height: number): Markup {
  const width = (tilesWidth - tileGap) / 2;
  const room = width - 26;
  const middle = y + height / 2;
  const valueStyle = { size: 25, isBold: true };
  return html`<g><rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="8" fill="${colors.panel}"/>${cardText(
    name,
    { x: x + 13, y: middle - 17, size: 14, color: "soft" },
  )}${cardText(value, {
    x: x + 13,
    y: middle + 9,
    ...valueStyle,
    size: fittingSize(value, room, valueStyle, 8),
    color: sign < 0 ? "down" : sign > 0 ? "up" : "even",
  })}${cardText(note, { x: x + 13, y: middle + 29, size: fittingSize(note, room, { size: 14 }, 6), color: "soft" })}</g>`;
}

function tiles(all: readonly Tile[], top: number): Markup {
  const rows = Math.ceil(all.length / 2);
  const height = (bottom - top - (rows - 1) * tileGap) / rows;
  const step = (tilesWidth + tileGap) / 2;
  return html`<g id="tiles">${all.map((tile, i) =>
    tileMarkup(tile, margin + (i % 2) * step, top + Math.floor(i / 2) * (height + tileGap), height),
  )}</g>`;
}

function foot({ result }: BlockJson): Markup {
  const count = warningTexts(result).length;
  const place = { y: 613, size: 14 } as const;
  const known = `${thingsToKnow(count)}: see the report`;
  return html`${cardText("Made by atc. Past results do not promise future ones.", { x: margin, ...place, color: "soft" })}${
    count === 0
      ? undefined
      : cardText(known, { x: cardWidth - margin, ...place, isBold: true, color: "note", anchor: "end" })
  }`;
}

/**
 * Draws a data block as a picture to share, an SVG of 1200 x 630 px: title, facts, what a search or a test decides,
 * verdict, the eight tiles, and the curve with its drawdown. Its figures are the texts of the page. The SVG loads
 * nothing and has no scripts; its texts need a font of the system.
 *
 * @param block - of {@link reportBlock}
 * @throws ATC_CORRUPT_DATA for a damaged block; ATC_UNSUPPORTED for a block of a newer version
 */
export function reportCard(block: Uint8Array): string {
  const json = readBlock(block);
  const { result } = json;
  const text = head(json);
  const top = text.y + 22;
  const hasTiles = result.portfolio !== null;
  const x = hasTiles ? margin + tilesWidth + 22 : margin;
  const chart = { x, y: top, width: cardWidth - margin - x, height: bottom - top };
  const content = html`<title>${titleOf(json)}</title><rect width="${cardWidth}" height="${cardHeight}" fill="${colors.page}"/><rect width="${cardWidth}" height="8" fill="${colors.net}"/>${text.markup}${
    result.portfolio === null ? undefined : tiles(tilesOf(result, result.portfolio), top)
  }${cardCharts(readCardCurve(block, json), Number(result.config["initialCapital"]), chart)}${foot(json)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${cardWidth}" height="${cardHeight}" viewBox="0 0 ${cardWidth} ${cardHeight}" font-family="${fonts}">${markupText(content)}</svg>\n`;
}
