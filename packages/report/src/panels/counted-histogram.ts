import type { CountedBins } from "../data/search-data.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText } from "../text/number-text.ts";

/** A line at a value. */
export interface HistogramMark {
  readonly name: string;
  readonly value: number;
  /** The class of its colour. */
  readonly kind: "net" | "benchmark" | "zero";
}

/** What a histogram shows besides its bins. */
export interface HistogramTexts {
  readonly title: string;
  /** What is counted, in a sentence with its figures. */
  readonly text: string;
  /** A value of the axis. */
  readonly label: (value: number) => string;
  readonly marks?: readonly HistogramMark[];
}

const width = 600;
/** Marks have a line of text each above the bars, of the letters that a phone shows. */
const lineHeight = 23;
const barHeight = 140;

/** The text of a mark, beside its line and inside of the picture. */
function markLabel({ name }: HistogramMark, x: number, y: number): Markup {
  const isLeft = x > width / 2;
  return html`<text x="${(isLeft ? x - 4 : x + 4).toFixed(1)}" y="${y}" text-anchor="${isLeft ? "end" : "start"}">${name}</text>`;
}

/** A histogram of counted bins with lines at some values, as SVG. */
export function countedHistogram(bins: CountedBins, { title, text, label, marks = [] }: HistogramTexts): Markup {
  const { low, high, counts, outside } = bins;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = width / counts.length;
  const span = high - low;
  const x = (value: number): number => (span > 0 ? Math.min(1, Math.max(0, (value - low) / span)) * width : width / 2);
  const top = 4 + lineHeight * marks.length;
  const base = top + barHeight + 6;
  const bars = counts.map((count, i) => {
    const size = count === 0 ? 0 : Math.max(1, Math.round((barHeight * count) / most));
    const middle = low + ((i + 0.5) / counts.length) * span;
    const side = middle < 0 ? "down" : "up";
    return html`<rect class="${side}" x="${(i * step + 0.5).toFixed(1)}" y="${base - size}" width="${Math.max(0.5, step - 1).toFixed(1)}" height="${size}"/>`;
  });
  const all = low < 0 && high > 0 ? [{ name: "0", value: 0, kind: "zero" } as const, ...marks] : marks;
  const lines = all.map((mark) => {
    const place = x(mark.value);
    const line = marks.indexOf(mark);
    const from = line < 0 ? base - 4 : 4 + lineHeight * line;
    return html`<path class="mark ${mark.kind}" d="M${place.toFixed(1)} ${from}V${base + 4}"/>${
      line < 0 ? undefined : markLabel(mark, place, from + 16)
    }`;
  });
  const beyond = outside > 0 ? ` ${decimalText(outside)} beyond the edges are in the outer bars.` : "";
  return html`<figure><figcaption><b>${title}</b> ${text}${beyond}</figcaption><svg class="histogram" viewBox="0 0 ${width} ${base + 24}" role="img"><title>${title}: ${text}</title>${bars}<path class="zero" d="M0 ${base}H${width}"/>${lines}<text x="0" y="${base + 18}">${label(low)}</text><text x="${width}" y="${base + 18}" text-anchor="end">${label(high)}</text></svg></figure>`;
}
