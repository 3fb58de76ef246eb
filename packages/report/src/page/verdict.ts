import type { BlockJson } from "../block/block-format.ts";
import { type AccountFigures, figureOf, textOf } from "../data/report-result.ts";
import { html, type Markup } from "../markup/markup.ts";
import { counted } from "../markup/summary-facts.ts";
import { runsMarkup, type TextRun } from "../markup/text-runs.ts";
import { decimalText, percentText, signedPercentText } from "../text/number-text.ts";
import { isoText } from "../text/time-text.ts";
import { shortText } from "../text/visible-text.ts";

/** Money that an account paid: fees, slippage, borrowing and margin. */
export function totalCosts({ costs }: AccountFigures): number {
  return costs.fees + costs.slippage + costs.borrowCost + costs.marginInterest;
}

/** The verdict in a few words; undefined if the return is. */
export function verdictWords(portfolio: AccountFigures): string | undefined {
  const net = figureOf(portfolio, "totalReturn");
  const gross = figureOf(portfolio, "grossReturn");
  const holding = figureOf(portfolio, "buyAndHold");
  if (net === undefined) return undefined;
  if (net < 0) return gross !== undefined && gross > 0 ? "Costs decide." : "Loses even before costs.";
  if (holding === undefined) return net > 0 ? "Gains." : "Neither gains nor loses.";
  if (net < holding) return "Gains, but less than holding.";
  return net === holding ? "Equals holding." : "Beats holding.";
}

/** `gained 12.8 %` or `lost 12.8 %`. */
function change(value: number): readonly TextRun[] {
  const text = percentText(Math.abs(value));
  return [{ text: value < 0 ? "lost " : "gained " }, { text, kind: value < 0 ? "down" : "up" }];
}

function holdingName({ result: { data, symbols, contributions = [] } }: BlockJson): string {
  const names = [...symbols, ...contributions].map(({ symbol }) => symbol);
  if (names.length === 1) return shortText(names[0] ?? "");
  // The account of a walk-forward has no figures of symbols.
  const count = names.length || data.symbols;
  return count === 1 ? "the symbol" : `the ${decimalText(count)} symbols in equal parts`;
}

function returnSentence(json: BlockJson, portfolio: AccountFigures): readonly TextRun[] {
  const [net, gross, holding] = ["totalReturn", "grossReturn", "buyAndHold"].map((name) => figureOf(portfolio, name));
  if (net === undefined) return [{ text: "The return is undefined.", kind: "strong" }];
  return [
    { text: verdictWords(portfolio) ?? "", kind: "strong" },
    { text: " It " },
    ...change(net),
    { text: " after costs" },
    ...(gross === undefined ? [] : [{ text: " and " }, ...change(gross), { text: " before them" }]),
    ...(holding === undefined
      ? []
      : [
          { text: "; holding " },
          { text: holdingName(json), kind: "name" as const },
          { text: " " },
          ...change(holding),
        ]),
    { text: "." },
  ];
}

function drawdownSentence(portfolio: AccountFigures): string {
  const depth = figureOf(portfolio, "maxDrawdown");
  if (depth === undefined) return "";
  if (depth === 0) return "It never fell below its peak. ";
  const [peak, trough, recovery] = ["Peak", "Trough", "Recovery"].map((name) =>
    isoText(textOf(portfolio, `maxDrawdown${name}`)),
  );
  const from = peak === undefined || trough === undefined ? "" : `, from ${peak} to ${trough}`;
  const then = recovery === undefined ? "not recovered" : `recovered on ${recovery}`;
  return `Max drawdown ${percentText(depth)}${from}, ${then}. `;
}

/** The sentences of a verdict. */
interface VerdictTexts {
  readonly main: readonly TextRun[];
  /** The drawdown and the costs; undefined without an account. */
  readonly more?: string;
}

/** The verdict as text: two sentences, then the drawdown and the costs. */
export function verdictTexts(json: BlockJson): VerdictTexts {
  const { portfolio, config, skipped } = json.result;
  if (portfolio === null && json.walkForward !== undefined)
    return {
      main: [
        { text: "There is no account over all tests.", kind: "strong" },
        { text: " The windows are below.", kind: "pointer" },
      ],
    };
  if (portfolio === null)
    return {
      main: [
        { text: "No symbol could be computed.", kind: "strong" },
        { text: ` ${counted(skipped.length, "symbol")} ${skipped.length === 1 ? "was" : "were"} skipped` },
        { text: "; the reasons are below", kind: "pointer" },
        { text: "." },
      ],
    };
  const costs = totalCosts(portfolio);
  const capital = Number(config["initialCapital"]);
  const share = capital > 0 ? ` (${percentText(costs / capital)} of the initial capital)` : "";
  const trades = figureOf(portfolio, "trades") ?? 0;
  return {
    main: returnSentence(json, portfolio),
    more: `${drawdownSentence(portfolio)}Costs took ${decimalText(costs)}${share} in ${counted(trades, "closed trade")}.`,
  };
}

/** The verdict: two sentences in large type, then the drawdown and the costs. */
export function verdict(json: BlockJson): Markup {
  const { main, more } = verdictTexts(json);
  const sentence = html`<p class="verdict">${runsMarkup(main)}</p>`;
  return more === undefined ? sentence : html`${sentence}\n<p class="more">${more}</p>`;
}

/** The three bars beside the verdict: after costs, before costs, and holding. */
export function verdictBars(portfolio: AccountFigures): Markup | undefined {
  const rows = [
    ["After costs", "net", figureOf(portfolio, "totalReturn")],
    ["Before costs", "gross", figureOf(portfolio, "grossReturn")],
    ["Holding", "benchmark", figureOf(portfolio, "buyAndHold")],
  ] as const;
  const values = rows.map(([, , value]) => value ?? 0);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low;
  if (!(span > 0)) return undefined;
  const width = 150;
  const x = (value: number): number => 120 + Math.round((width * (value - low)) / span);
  const zero = x(0);
  const bars = rows.map(([name, kind, value = 0], i) => {
    const y = 6 + 28 * i;
    const from = Math.min(zero, x(value));
    const to = Math.max(zero, x(value));
    return html`<text x="0" y="${y + 13}">${name}</text><rect class="${kind}" x="${from}" y="${y}" width="${Math.max(
      1,
      to - from,
    )}" height="18" rx="2"/><text class="figure" x="${120 + width + 8}" y="${y + 13}">${signedPercentText(value)}</text>`;
  });
  return html`<svg class="bars" viewBox="0 0 350 90" role="img"><title>${rows
    .map(([name, , value]) => `${name} ${percentText(value)}`)
    .join(", ")}</title>${bars}<path class="zero" d="M${zero} 2V86"/></svg>`;
}
