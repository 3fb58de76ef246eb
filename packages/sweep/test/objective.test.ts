import { metricNames, metricTable } from "@atc/backtest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type MetricReader,
  parseObjective,
  parseRequirements,
  type RankedRow,
  rankRows,
  sweepMetrics,
} from "../src/index.ts";
import { overSymbols } from "../src/objective/over-symbols.ts";
import { messageOf } from "./faults.ts";

function reader(values: Readonly<Record<string, number | null>>): MetricReader {
  return (name) => values[name];
}

function termsOf(text: string): readonly (readonly [string, number])[] {
  return parseObjective(text).terms.map(({ metric, weight }) => [metric, weight]);
}

describe("an objective", () => {
  it.each<[string, readonly (readonly [string, number])[]]>([
    ["sharpe", [["sharpe", 1]]],
    ["-maxDrawdown", [["maxDrawdown", -1]]],
    ["-sharpe", [["sharpe", -1]]],
    [
      "0.7*sharpe - 0.3*maxDrawdown",
      [
        ["sharpe", 0.7],
        ["maxDrawdown", -0.3],
      ],
    ],
    [
      "sharpe - maxDrawdown + calmar",
      [
        ["sharpe", 1],
        ["maxDrawdown", -1],
        ["calmar", 1],
      ],
    ],
    [
      "sharpe - (maxDrawdown - calmar) / 2",
      [
        ["sharpe", 1],
        ["maxDrawdown", -0.5],
        ["calmar", 0.5],
      ],
    ],
    [
      "2 * (sharpe + sortino) - sharpe",
      [
        ["sharpe", 1],
        ["sortino", 2],
      ],
    ],
    ["1 * trades", [["trades", 1]]],
    ["-trades", [["trades", -1]]],
  ])("%s is a weighted sum", (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  it("is sharpe by default", () => {
    expect(parseObjective()).toMatchObject({ text: "sharpe" });
  });

  it("has the value of its sum, or none if a metric has none", () => {
    const objective = parseObjective("0.7*sharpe - 0.3*maxDrawdown");
    expect(objective.value(reader({ sharpe: 2, maxDrawdown: 0.5 }))).toBe(0.7 * 2 + -0.3 * 0.5);
    for (const sharpe of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(objective.value(reader({ sharpe, maxDrawdown: 0.5 }))).toBeUndefined();
      expect(objective.missing(reader({ sharpe, maxDrawdown: 0.5 }))).toEqual(["sharpe"]);
    }
  });

  it.each(metricNames)("of a bare metric is accepted if more of it is better: %s", (name) => {
    const { better, unit } = metricTable[name];
    if (better === "+") expect(termsOf(name)).toEqual([[name, 1]]);
    else {
      const message = messageOf(() => parseObjective(name), "ATC_INVALID_ARGUMENT");
      expect(message).toContain(unit === "time" ? "is a time" : `write -${name}`);
    }
  });

  it.each([
    ["sharpe * sortino", 7, "weighted sum"],
    ["1 / sharpe", 2, "weighted sum"],
    ["sharpe / 0", 7, "weighted sum"],
    ["sharpe % 2", 7, "weighted sum"],
    ["sharpe > 1", 0, "value is missing"],
    ["sharpe and sortino", 0, "needs true or false"],
    ["3", 0, "no metric"],
    ["sharpe + 1", 0, "has no effect"],
    ["sharpe - sharpe", 0, "weight of sharpe is 0"],
    ["sharp", 0, 'did you mean "sharpe"?'],
    ["emaLength", 0, 'no metric "emaLength"'],
    ["1e308 * 10 * sharpe", 0, "weight of sharpe is Infinity"],
    ["", 0, "ends here"],
  ])("is refused with a caret: %s", (text, at, part) => {
    const message = messageOf(() => parseObjective(text, "--objective"), "ATC_INVALID_ARGUMENT");
    expect(message).toMatch(/^--objective: /);
    expect(message).toContain(part);
    expect(message.split("\n")[2]).toBe(`${" ".repeat(2 + at)}^`);
  });
});

describe("requirements", () => {
  const requirements = parseRequirements({
    require: ["trades >= 30 and maxDrawdown < 0.4", "sharpe * 2 > 1 or calmar > 3"],
  });

  it("are the metrics and conditions that they name", () => {
    expect(requirements?.metrics).toEqual(["trades", "maxDrawdown", "sharpe", "calmar"]);
    expect(parseRequirements({})).toBeUndefined();
  });

  it.each<[Record<string, number | null>, string | undefined]>([
    [{ trades: 30, maxDrawdown: 0.39, sharpe: 0.6, calmar: null }, undefined],
    [{ trades: 12, maxDrawdown: 0.5, sharpe: 0.6, calmar: 1 }, '"trades >= 30" is false: trades is 12'],
    [
      { trades: 50, maxDrawdown: 0.41234567, sharpe: 0.6, calmar: 1 },
      '"maxDrawdown < 0.4" is false: maxDrawdown is 0.412346',
    ],
    [{ trades: 50, maxDrawdown: null, sharpe: 0.6, calmar: 1 }, '"maxDrawdown < 0.4" is null: maxDrawdown is null'],
    [
      { trades: 50, maxDrawdown: 0.1, sharpe: 0.1, calmar: 1 },
      '"(sharpe * 2 > 1) or (calmar > 3)" is false: sharpe is 0.1, calmar is 1',
    ],
  ])("%j: %s", (metrics, reason) => {
    expect(requirements?.broken(reader(metrics))).toBe(reason);
  });

  it.each([
    ["trades > 1 and tradess > 2", 'did you mean "trades"?'],
    ["trades", "needs true or false|comparison"],
    ["start > 1", "is a time"],
  ])("are refused with a caret: %s", (require, part) => {
    const message = messageOf(
      () => parseRequirements({ require, origins: { require: "--require" } }),
      "ATC_INVALID_ARGUMENT",
    );
    expect(message).toMatch(/^--require: /);
    expect(message).toMatch(new RegExp(part.replace("?", "\\?")));
  });
});

describe("the metrics of a table", () => {
  it("are the fast ones, and those that are read", () => {
    const objective = parseObjective("calmar - ulcerIndex");
    expect(sweepMetrics({}, objective, parseRequirements({ require: "days > 3" }))).toEqual([
      "totalReturn",
      "sharpe",
      "sortino",
      "maxDrawdown",
      "trades",
      "fees",
      "calmar",
      "ulcerIndex",
      "days",
    ]);
    expect(sweepMetrics({ metrics: ["sqn", "calmar", "sqn"] }, objective)).toEqual(["sqn", "calmar", "ulcerIndex"]);
  });

  it("must exist and be numbers", () => {
    expect(
      messageOf(() => sweepMetrics({ metrics: ["sharp"], origins: { metrics: "--metrics" } }, parseObjective())),
    ).toBe('--metrics: there is no metric "sharp"; did you mean "sharpe"?');
    expect(messageOf(() => sweepMetrics({ metrics: ["start"] }, parseObjective()))).toContain("is a time");
  });
});

describe("the value over symbols", () => {
  it.each([
    ["mean", [1, 2, 6], 3],
    ["median", [5, 1, 2], 2],
    ["median", [1, 2, 3, 10], 2.5],
    ["min", [3, -1, 2], -1],
    ["mean", [], undefined],
    ["mean", [1, undefined], undefined],
    ["min", [1, Number.NaN], undefined],
  ] as const)("%s of %j is %s", (over, values, expected) => {
    expect(overSymbols(values, over)).toBe(expected);
  });
});

describe("a ranking", () => {
  const objective = parseObjective("sharpe");
  const rowOf = (index: number, sharpe: number | null, more: Partial<RankedRow> = {}): RankedRow => {
    return { index, metrics: reader({ sharpe, trades: index }), ...more };
  };

  it("is by the objective, equal scores by index, whatever the order of rows", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        (scores, shift) => {
          const rows = scores.map((score, index) => rowOf(index, score));
          const turned = rows.map((_, i) => rows[(i + shift) % rows.length] ?? rowOf(0, 0));
          const { ranked, excluded, failure } = rankRows(turned, { objective });
          const expected = scores
            .map((score, index) => ({ index, score }))
            .sort((a, b) => b.score - a.score || a.index - b.index);
          expect([ranked, excluded, failure]).toEqual([expected, [], undefined]);
        },
      ),
    );
  });

  it("lists what it excludes with the reason", () => {
    const requirements = parseRequirements({ require: "trades >= 2" });
    const rows = [
      rowOf(5, 1),
      rowOf(1, 9),
      rowOf(3, null),
      rowOf(4, 2, { error: "it failed" }),
      rowOf(2, 3, { span: 1 / 3 }),
    ];
    const { ranked, excluded } = rankRows(rows, { objective, requirements });
    expect(ranked).toEqual([{ index: 5, score: 1 }]);
    expect(excluded).toEqual([
      { index: 1, reason: '"trades >= 2" is false: trades is 1' },
      { index: 2, reason: "it was evaluated on the first 33.3 % of the bars only" },
      { index: 3, reason: 'the objective "sharpe" is null: sharpe is null' },
      { index: 4, reason: "it failed" },
    ]);
  });

  it("over symbols uses their values for objective and requirements", () => {
    const symbols = (...sharpes: readonly (number | null)[]): MetricReader[] =>
      sharpes.map((sharpe, i) => reader({ sharpe, trades: i }));
    const rows = [
      rowOf(0, 9, { symbols: symbols(1, 5) }),
      rowOf(1, 9, { symbols: symbols(2, 3) }),
      rowOf(2, 9, { symbols: symbols(9, null) }),
      rowOf(3, 9),
    ];
    expect(rankRows(rows, { objective, over: "min" }).ranked.map(({ index }) => index)).toEqual([1, 0]);
    expect(rankRows(rows, { objective, over: "mean" }).ranked).toEqual([
      { index: 0, score: 3 },
      { index: 1, score: 2.5 },
    ]);
    expect(rankRows(rows, { objective, over: "mean" }).excluded.map(({ reason }) => reason)).toEqual([
      'the objective "sharpe" is null: sharpe is null',
      'the objective "sharpe" is null: there are no symbols',
    ]);
    const requirements = parseRequirements({ require: "trades > 0.4" });
    expect(rankRows(rows.slice(0, 2), { objective, requirements, over: "min" }).ranked).toEqual([]);
    expect(rankRows(rows.slice(0, 2), { objective, requirements, over: "mean" }).ranked).toHaveLength(2);
  });

  it("without a winner says why", () => {
    expect(rankRows([], { objective }).failure).toBe("no configuration was evaluated");
    expect(rankRows([rowOf(0, null), rowOf(1, null)], { objective }).failure).toContain(
      '"sharpe" is null for all 2 configurations',
    );
    const requirements = parseRequirements({ require: "trades > 100" });
    expect(rankRows([rowOf(0, 1), rowOf(1, 1), rowOf(2, 1, { error: "x" })], { objective, requirements }).failure).toBe(
      'none of the 3 configurations is ranked: 2 because "trades > 100" is false; 1 because x',
    );
  });
});
