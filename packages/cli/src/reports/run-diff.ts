import { printableLine } from "@atc/plugin-kit";
import type { LayerDifference, RunDiff, SymbolBarDifferences } from "@atc/runtime/runs";
import { counted } from "../text/number-format.ts";
import type { Screen } from "../text/screen.ts";
import { textTable, wrapped } from "../text/text-table.ts";
import { changeText, valueText } from "./run-comparison.ts";

/** The most rows of each table; `--json` has all. */
const mostRows = 20;

/** The metrics that the table shows first. */
const leading = ["totalReturn", "cagr", "sharpe", "maxDrawdown", "trades", "fees"];

const layerTexts: Readonly<Record<LayerDifference["layer"], string>> = {
  data: "the rows",
  configuration: "the configuration",
  code: "the code",
  platform: "the platform",
};

function more(count: number): readonly string[] {
  return count > mostRows ? [`and ${count - mostRows} more; --json has all`] : [];
}

/** A digest is shown by its first digits. */
function sideText(value: unknown): string {
  const text = valueText(value).replace(/^content:/, "");
  return /^[0-9a-f]{32,}$/.test(text) ? text.slice(0, 12) : text;
}

function differenceTable(differences: readonly LayerDifference[], screen: Screen): string {
  return textTable(
    [
      { title: "layer", align: "left" },
      { title: "what", align: "left" },
      { title: "before", align: "left" },
      { title: "after", align: "left" },
    ],
    differences
      .slice(0, mostRows)
      .map(({ layer, what, before, after }) => [layer, what, sideText(before), sideText(after)]),
    screen,
  );
}

function barLines({ symbol, changed, added, removed, first }: SymbolBarDifferences): readonly string[] {
  const counts = `${printableLine(symbol)}: ${changed} changed, ${added} added, ${removed} removed`;
  const examples = first.slice(0, 3).map(({ time, before, after }) => {
    const names = Object.keys(before ?? after ?? {});
    const values = names.map((name) => `${name} ${before?.[name] ?? "-"} -> ${after?.[name] ?? "-"}`);
    return `  ${time}: ${printableLine(values.join(", "))}`;
  });
  return [counts, ...examples];
}

function metricTable({ metrics }: RunDiff, screen: Screen): string {
  const order = (name: string): number => (leading.includes(name) ? leading.indexOf(name) : leading.length);
  const sorted = [...metrics].sort((a, b) => order(a.metric) - order(b.metric));
  return textTable(
    [
      { title: "metric", align: "left" },
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "rows", align: "right" },
      { title: "configuration", align: "right" },
      { title: "code, platform", align: "right" },
    ],
    sorted
      .slice(0, mostRows)
      .map(({ metric, before, after, due }) => [
        metric,
        valueText(before),
        valueText(after),
        changeText(due?.data),
        changeText(due?.configuration),
        changeText(due?.codeAndPlatform),
      ]),
    screen,
  );
}

/** The text of `atc runs diff`. */
export function diffText(diff: RunDiff, screen: Screen): string {
  const { before, after = "the same computed again", first, differences, bars = [], metrics, notes } = diff;
  const width = screen.width ?? Number.POSITIVE_INFINITY;
  if (first === undefined && metrics.length === 0)
    return [`${before} and ${after} do not differ`, ...notes.map(printableLine)]
      .flatMap((line) => wrapped(line, "", width))
      .join("\n");
  const head =
    first === undefined
      ? `${before} and ${after} differ in metrics, but in nothing that they depend on: the computation is not reproducible`
      : `${before} and ${after} differ first in ${layerTexts[first]}`;
  return [
    ...wrapped(head, "", width),
    ...(differences.length === 0 ? [] : ["", differenceTable(differences, screen), ...more(differences.length)]),
    ...(bars.length === 0 ? [] : ["", "Bars:", ...bars.flatMap(barLines)]),
    "",
    ...(metrics.length === 0
      ? ["no metric that both have of the portfolio differs"]
      : [
          `${counted(metrics.length, "metric")} of the portfolio differ${metrics.length === 1 ? "s" : ""}:`,
          metricTable(diff, screen),
          ...more(metrics.length),
        ]),
    ...notes.flatMap((note) => wrapped(printableLine(note), "", width)),
  ].join("\n");
}
