import { describe, expect, it } from "vitest";
import { type ReportData, renderReport, reportBlock, reportCard } from "../src/index.ts";
import { belowZero, withoutTrades, withoutVariance } from "./hard-reports.ts";
import { sampleLuck } from "./sample-panels.ts";
import { sampleReport } from "./sample-report.ts";

const cardOf = (data: ReportData): string => reportCard(reportBlock(data));

function plain(markup: string): string {
  return markup
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<\/?(?:tspan|strong|b|bdi)\b[^>]*>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/[\u00a0\s]+/g, " ");
}

const textsIn = (markup: string, pattern: RegExp): readonly string[] =>
  [...markup.matchAll(pattern)].map(([, text = ""]) => text);

describe("the card of a report", () => {
  it("has the eight tiles of the page, text by text", () => {
    const data = sampleReport();
    const page = new TextDecoder().decode(renderReport(data));
    const ofPage = textsIn(/<dl class="tiles">[\s\S]*?<\/dl>/.exec(page)?.[0] ?? "", /<d[td][^>]*>([^<]*)/g);
    const ofCard = textsIn(/<g id="tiles">[\s\S]*<g id="equity">/.exec(cardOf(data))?.[0] ?? "", /<text[^>]*>([^<]+)/g);
    expect(ofPage).toHaveLength(24);
    expect(ofCard.slice(0, 24)).toEqual(ofPage);
  });

  it("has the title, the facts and the verdict of the page", () => {
    const data = sampleReport();
    const page = plain(new TextDecoder().decode(renderReport(data)));
    const card = plain(cardOf(data));
    const parts = [
      "Adaptive Trend Classification on bars.csv",
      "20 Mar 2015 – 31 Mar 2017 · 513 bars · 2 symbols · capital 10,000 · fee 10 bps, slippage 0 bps · long and short",
      "Costs decide. It lost 23.0 % after costs and gained 12.8 % before them; holding the 2 symbols in equal parts gained 21.2 %.",
      "Max drawdown 23.8 %, from 25 Mar 2015 to 28 Feb 2017, not recovered. Costs took 334 (3.3 % of the initial capital) in 3,173 closed trades.",
    ];
    for (const part of parts) {
      expect(page).toContain(part);
      expect(card).toContain(part);
    }
  });

  it("says in colour what a search or a test decides, and how much is to be known", () => {
    const data = sampleReport({ notes: ["3 gaps", "odd prices"] });
    const luck = { ...sampleLuck(), survives: false, sentence: "the result may be luck" };
    const card = cardOf({ ...data, luck });
    expect(card).toContain('fill="#c2461a" text-anchor="start"><tspan font-weight="700">The</tspan>');
    expect(plain(card)).toContain("The result may be luck.");
    expect(plain(card)).toContain("2 things to know: see the report");
    expect(plain(cardOf(sampleReport()))).not.toContain("to know");
  });

  it("draws equity, what it was before costs, holding and drawdown, with their last values", () => {
    const card = cardOf(sampleReport());
    // Equity of row 299 is 10,000 (1 + 0.2 sin(299 / 90) + ...); that of holding is 10,000 (1 + 299 / 5000).
    expect(plain(card)).toMatch(
      /■ after costs [\d,]+ \(.[\d.]+ %\)■ before costs [\d,]+ \(.[\d.]+ %\)■ holding 10,598 \(\+6\.0 %\)/,
    );
    const equity = /<g id="equity">[\s\S]*?<\/g>/.exec(card)?.[0] ?? "";
    const lines = textsIn(equity, /<path d="([^"]*)" fill="none" stroke="[^"]*" stroke-width/g);
    expect(lines.map((line) => (line.match(/[ML]/g) ?? []).length)).toEqual([300, 300, 300]);
    expect(card).toContain('<g id="drawdown">');
    expect(card).not.toContain("logarithmic");
  });

  it.each([
    ["one bar", () => sampleReport({ bars: 1 }), /<circle/],
    ["no trades", withoutTrades, /<g id="equity">/],
    ["no variance", withoutVariance, /never fell|<g id="drawdown">/],
    ["an account below zero", belowZero, /<g id="equity">/],
    ["30,000 bars in buckets", () => sampleReport({ bars: 30_000, step: 3_600_000 }), /<g id="equity">/],
  ])("is drawn of %s", (_, data, expected) => {
    const card = cardOf(data());
    expect(card).toMatch(expected);
    expect(card).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it("says that there is no account", () => {
    const card = plain(cardOf(sampleReport({ skipped: true })));
    expect(card).toContain("No symbol could be computed. 2 symbols were skipped. ");
    expect(card).toContain("no equity curve");
  });

  it("shows hostile names as text of bounded length", () => {
    const names = [`</text><script>alert(1)</script>`, "\u202etxt.exe", `"'&<>\ufffe\uffff\u0000`, "W".repeat(10_000)];
    for (const name of names) {
      const card = cardOf(sampleReport({ names: [name], strategy: name }));
      expect(card).not.toMatch(/<script|<\/text><script/);
      // XML 1.0 allows no control characters and neither of the last two codes.
      expect(card).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|[\ufffe\uffff]/u);
      expect(card).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
      const longest = Math.max(...textsIn(card, /<tspan[^>]*>([^<]*)/g).map(({ length }) => length));
      expect(longest).toBeLessThan(100);
    }
  });

  it("refuses bytes that are not a data block", () => {
    expect(() => reportCard(new Uint8Array(100))).toThrow(expect.objectContaining({ code: "ATC_CORRUPT_DATA" }));
  });
});
