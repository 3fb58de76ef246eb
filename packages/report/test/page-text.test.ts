import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ReportData, renderReport } from "../src/index.ts";
import { sampleReport } from "./sample-report.ts";

const pageOf = (data: ReportData): string => new TextDecoder().decode(renderReport(data));

/** The text of the static page: without the data, the code, the style sheet and the notices. */
function textOf(page: string): string {
  return page
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/[\u00a0\s]+/g, " ");
}

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `\u202etxt.exe`,
  `\u001b[31mred\u001b[0m`,
  "\u200b\u200b",
  "  ",
  "=1+1",
  "</script><!--",
  "x".repeat(10_000),
];

/** A page without its data block, its code and its style sheet. */
const markupOf = (page: string): string => page.replace(/<(script|style)[\s\S]*?<\/\1>/g, "");

describe("the text of a report", () => {
  it("says the verdict first, with the figures of the portfolio", () => {
    const text = textOf(pageOf(sampleReport()));
    expect(text).toContain(
      "Costs decide. It lost 23.0 % after costs and gained 12.8 % before them; holding the 2 symbols in equal parts gained 21.2 %",
    );
    expect(text).toContain("Max drawdown 23.8 %, from 25 Mar 2015 to 28 Feb 2017, not recovered.");
    expect(text).toContain("Costs took 334 (3.3 % of the initial capital) in 3,173 closed trades.");
    for (const tile of [
      "CAGR −12.1 % volatility 8.6 %",
      "Sharpe −1.46 Sortino −1.95",
      "Max drawdown −23.8 % not recovered",
      "Costs 334 3.3 % of capital",
      "Trades 3,173 25.4 % won",
      "Profit factor 0.69 +4.1 % / −2.0 %",
      "In the market 99.6 % turnover 62× a year",
      "Against holding −44.2 pts",
    ])
      expect(text.replace(/ +/g, " ")).toContain(tile);
  });

  it("has every metric with its exact value", () => {
    const page = pageOf(sampleReport());
    expect(page).toContain('data-metric="totalReturn" data-value="-0.2301">−23.01\u00a0%<');
    expect(page).toContain('data-metric="sharpe" data-value="-1.4587">−1.4587<');
    expect(page).toContain('data-metric="trades" data-value="3173">3,173<');
    expect(page).toContain('data-metric="maxDrawdownPeak" data-value="2015-03-25T00:00:00.000Z">25 Mar 2015<');
  });

  it("has months, drawdowns, and what is needed to make it again", () => {
    const text = textOf(pageOf(sampleReport()));
    expect(text).toMatch(/2015 – – \+1\.2 % −3\.5 %/);
    expect(text).toMatch(/2016 .* \+5\.0 % \+16\.1 %/);
    expect(text).toContain("−23.8 % 25 Mar 2015 28 Feb 2017 not recovered 509 737 days");
    expect(text).toContain("atc backtest bars.csv --report report.html");
    expect(text).toContain(`fingerprint ${"ab".repeat(32)}`);
    expect(text).toContain("feeBps 10");
    expect(text).toContain("uplot 1.6");
  });

  it("leaves out sections without data, with their links", () => {
    const { trades: _, months: _months, drawdowns: _drawdowns, days: _days, ...data } = sampleReport();
    const page = pageOf(data);
    for (const id of ["trades", "months", "drawdowns", "distribution", "excursions"]) {
      expect(page).not.toContain(`id="${id}"`);
      expect(page).not.toContain(`href="#${id}"`);
    }
  });

  it("says that there are no trades", () => {
    const data = sampleReport({ bars: 5 });
    expect(textOf(pageOf({ ...data, trades: { length: 0, symbols: [], reasons: [], blocks: () => [] } }))).toContain(
      "Trades There are none.",
    );
  });

  it("is readable if every symbol was skipped", () => {
    const text = textOf(pageOf(sampleReport({ skipped: true })));
    expect(text).toContain("No symbol could be computed.");
    expect(text).toContain("AAA, BBB: skipped: a price is missing");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });

  it("shows hostile names as text", () => {
    const page = pageOf(sampleReport({ names: hostile, strategy: hostile[0] ?? "", notes: hostile }));
    const markup = markupOf(page);
    expect(markup).not.toMatch(/<img|<script|onerror=alert\(1\)>|<!--/);
    expect(markup).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(markup).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(markup).toContain("U+202Etxt.exe");
    expect(textOf(page)).toContain("(blank)");
    expect(page.match(/<\/script>/g)).toHaveLength(3);
    expect(
      Math.max(
        ...textOf(page)
          .split(" ")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(300);
  });

  it("forbids every request, and all scripts and styles but its own", () => {
    const page = pageOf(sampleReport());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = ""]) => hash(text));
    const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text = ""]) => hash(text));
    expect(scripts).toHaveLength(2);
    expect(policy).toBe(
      `default-src 'none'; script-src ${scripts.join(" ")}; style-src ${styles.join(" ")}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(markupOf(page)).not.toMatch(/ style=| on[a-z]+=|https?:\/\/(?!www\.w3\.org)[^ <]*"/);
  });
});
