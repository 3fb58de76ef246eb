import { describe, expect, it } from "vitest";
import { type ReportData, renderReport, reportBlock } from "../src/index.ts";
import { figureText, searchValueText } from "../src/text/figure-text.ts";
import { axisPart } from "../src/view/axis-part.ts";
import { heatClass, heatStep } from "../src/view/heat-step.ts";
import { createLineFilter } from "../src/view/line-filter.ts";
import { blockWithJson } from "./block-with-json.ts";
import { sampleLuck, sampleSweep, sampleWalkForward } from "./sample-panels.ts";
import { sampleReport } from "./sample-report.ts";

/** The static page: without the data, the code and the style sheet. */
const markupOf = (data: ReportData): string =>
  new TextDecoder().decode(renderReport(data)).replace(/<(script|style)[\s\S]*?<\/\1>/g, "");

const textOf = (markup: string): string =>
  markup
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replace(/[\u00a0\s]+/g, " ");

/** The cells of a page with their exact value and their text. */
const cellsOf = (markup: string): readonly string[] =>
  [...markup.matchAll(/data-value="([^"]*)">(?:<bdi>)?([^<]*)</g)].map(([, value, text]) => `${value} ${text}`);

const base = (): ReportData => sampleReport({ bars: 30 });

describe("the page of a sweep", () => {
  const sweep = sampleSweep();
  const markup = markupOf({ ...base(), sweep });
  const text = textOf(markup);

  it("says first that the best one is luck", () => {
    const place = text.indexOf("Luck: the best of 1,234 tries without skill can look as good");
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(text.indexOf("Costs decide."));
    expect(markup).toMatch(/<p class="verdict judgement down">/);
    expect(markupOf({ ...base(), sweep: sampleSweep({ verdict: "survives" }) })).toMatch(/judgement up"/);
    expect(textOf(markupOf({ ...base(), sweep: sampleSweep({ judged: false }) }))).toContain(
      "which is not judged: it may be luck.",
    );
  });

  it("has every figure of the best configurations, the map and the judgement with its exact value", () => {
    const cells = new Set(cellsOf(markup));
    for (const { values, figures } of sweep.best) {
      for (const value of values) expect(cells).toContain(`${value} ${searchValueText(value)}`);
      for (const [place, figure] of sweep.figures.entries())
        expect(cells).toContain(`${figures[place]} ${figureText(figures[place], figure)}`);
    }
    const [map] = sweep.maps;
    const [figure] = sweep.figures;
    for (const value of map?.figures[0] ?? [])
      expect(cells).toContain(`${value} ${figureText(value, figure ?? { unit: "ratio" })}`);
    for (const { name, value, unit } of sweep.judgement?.figures ?? [])
      expect(markup).toContain(`data-figure="${name}" data-value="${value}">${figureText(value, { unit })}<`);
    expect(text).toContain("801 of them with an objective above 0");
    expect(text).toContain("34 without a place: trades >= 3 is false");
    expect(text).toContain("in 49.0 % of 12,870 halves (PBO)");
    expect(text).toContain("40 of 1,200 ranked configurations: the best 20, and 20 drawn from the others with seed 7");
    expect(text).not.toMatch(/NaN|undefined/);
  });

  it("outlines the best cell, and names those above 0", () => {
    expect(markup.match(/<td class="p8 own"/g)).toHaveLength(1);
    const values = (sweep.maps[0]?.figures[0] ?? []).filter((value) => value !== null);
    expect(text).toContain(`${values.filter((value) => value > 0).length} of ${values.length} cells above 0.`);
  });

  it("has no table of a map with more than 400 cells, but says what it shows", () => {
    const large = markupOf({ ...base(), sweep: sampleSweep({ values: 21 }) });
    expect(large).not.toContain('class="heat"');
    expect(textOf(large)).toMatch(/sharpe of the best configuration by fast \(down\) and slow \(across\): from −\d/);
  });

  it("has a map of one axis", () => {
    const one = markupOf({ ...base(), sweep: sampleSweep({ axes: ["fast"] }) });
    expect(one).toMatch(/<table class="heat">.*<th scope="row"><bdi>fast<\/bdi><\/th>/);
  });

  it("shows hostile names and values as text", () => {
    const hostile = ["<img src=x onerror=alert(1)>", "\u202eevil", "x".repeat(10_000), "</script><!--", " "];
    const page = markupOf({
      ...base(),
      sweep: sampleSweep({ axes: hostile.slice(0, 3), texts: hostile, notes: hostile }),
      walkForward: sampleWalkForward({ axes: hostile }),
    });
    expect(page).not.toMatch(/<img|<script|<!--/);
    expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(page).toContain("U+202Eevil");
    expect(textOf(page)).toContain("(blank)");
  });
});

it("has the windows of a walk-forward with their choices and figures", () => {
  const walkForward = sampleWalkForward();
  const markup = markupOf({ ...base(), walkForward });
  const cells = new Set(cellsOf(markup));
  for (const { choice, efficiency } of walkForward.windows) {
    expect(cells).toContain(`${efficiency} ${figureText(efficiency, { unit: "ratio" })}`);
    for (const [place, figure] of walkForward.figures.entries())
      for (const value of choice === null ? [] : [choice.train[place], choice.test[place]])
        expect(cells).toContain(`${value} ${figureText(value, figure)}`);
  }
  const text = textOf(markup);
  expect(text.indexOf("It is not shown that the search has merit")).toBeLessThan(text.indexOf("Costs decide."));
  expect(text).toContain("flat: trades >= 3 is false");
  expect(text).toContain("Efficiency 0.61: mean bar return in the tests / in training");
  expect(text).toContain("this run +34.1 %");
  expect(text).toContain("holding +14.2 %");
  expect(markup).toContain('data-figure="consistency" data-value="0.6666666666666666"');
});

it("has the tests for luck with what decides", () => {
  const text = textOf(markupOf({ ...base(), luck: sampleLuck() }));
  expect(text.indexOf("Luck is not excluded")).toBeLessThan(text.indexOf("Costs decide."));
  expect(text).toContain("have done as well? Fails : p 0.027 (at most 0.025). 320 trades come to +33.8 %.");
  expect(text).toContain("Passes : nothing is left at 2.43 times its costs (at least 2).");
  expect(text).toContain("Total return +64.3 % +48.4 % +34.0 % +9.2 % −27.4 %");
  expect(text).toContain("Total return −8.4 % +14.6 % +34.1 % +61.2 % +97.4 %");
});

it("leaves the sections out of other reports", () => {
  const markup = markupOf(base());
  for (const id of ["sweep", "walk-forward", "luck"]) expect(markup).not.toContain(`#${id}"`);
});

it("refuses a stored block whose panels have another shape, and says where", () => {
  const data = { ...base(), sweep: sampleSweep(), walkForward: sampleWalkForward(), luck: sampleLuck() };
  const faults: readonly (readonly [string, (json: Record<string, never>) => unknown, string])[] = [
    [
      "sweep",
      (sweep) => ({ ...sweep, best: [{ configuration: 1, values: [{}], figures: [] }] }),
      "sweep.best[0].values[0]",
    ],
    ["walkForward", (walk) => ({ ...walk, windows: [null] }), "walkForward.windows[0]"],
    ["luck", (luck) => ({ ...luck, tests: "none" }), "luck.tests"],
  ];
  for (const [name, change, place] of faults) {
    const block = blockWithJson(reportBlock(data), (json) => ({ ...json, [name]: change(json[name] as never) }));
    expect(() => renderReport(block)).toThrow(`"${place}"`);
  }
});

describe("the parts of pictures", () => {
  it("colour values from the one that is nearest to 0, on each side of it", () => {
    expect([-2, -1, 0, 0.1, 4].map((value) => heatStep(value, [-2, 4]))).toEqual([-8, -5, 0, 1, 8]);
    expect([10, 11, 12].map((value) => heatStep(value, [10, 12]))).toEqual([1, 5, 8]);
    expect([-12, -10].map((value) => heatStep(value, [-12, -10]))).toEqual([-8, -1]);
    expect(heatStep(3, [3, 3])).toBe(8);
    expect([heatClass(3), heatClass(-8), heatClass(0)]).toEqual(["p3", "n8", ""]);
  });

  it("place values on an axis, between two ticks in proportion", () => {
    const axis = {
      name: "a",
      keys: ["a"],
      size: null,
      ticks: [
        { value: 1, part: 0 },
        { value: 10, part: 0.5 },
        { value: 100, part: 1 },
      ],
    };
    expect([1, 5.5, 10, 55, 100, 101].map((value) => axisPart(axis, value))).toEqual([
      0,
      0.25,
      0.5,
      0.75,
      1,
      undefined,
    ]);
    const words = {
      ...axis,
      ticks: [
        { value: "Narrow", part: 0.25 },
        { value: true, part: 0.75 },
      ],
    };
    expect(["Narrow", true, "none"].map((value) => axisPart(words, value))).toEqual([0.25, 0.75, undefined]);
  });

  it("choose lines by bands, which stay on their axis", () => {
    const filter = createLineFilter();
    expect(filter.accepts([0.1, undefined])).toBe(true);
    filter.set(0, [0.3, 0.1]);
    expect([[0.1], [0.2], [0.31], [undefined]].map((parts) => filter.accepts(parts))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    filter.move(0, -1);
    expect(filter.band(0)?.[0]).toBe(0);
    filter.widen(0, -1);
    expect((filter.band(0)?.[1] ?? 0) - (filter.band(0)?.[0] ?? 0)).toBeCloseTo(0.01);
    filter.clear();
    expect(filter.accepts([undefined])).toBe(true);
  });
});
