import { sparkPoints } from "../../src/block/block-format.ts";
import { contributionColumns, type SymbolColumn, symbolColumns } from "../../src/data/symbol-columns.ts";
import type { Block } from "../../src/reading/arrays.ts";
import { decimalText, percentText, signedPercentText } from "../../src/text/number-text.ts";
import { shortText } from "../../src/text/visible-text.ts";
import { createListing, type ShownColumn } from "./listing.ts";

const svg = "http://www.w3.org/2000/svg";

/** A line of the points of a sparkline. */
function sparkline(values: Float64Array): SVGElement {
  const image = document.createElementNS(svg, "svg");
  image.setAttribute("viewBox", "0 0 80 20");
  image.setAttribute("class", "spark");
  image.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg, "path");
  const points = Array.from(
    values,
    (value, i) => `${((80 * i) / (sparkPoints - 1)).toFixed(1)} ${(19 - (18 * value) / 255).toFixed(1)}`,
  );
  path.setAttribute("d", `M${points.join("L")}`);
  image.append(path);
  return image;
}

const texts: Readonly<Record<SymbolColumn["kind"], (value: number) => string>> = {
  percent: (value) => percentText(value),
  signedPercent: (value) => signedPercentText(value),
  ratio: (value) => decimalText(value, 2),
  count: (value) => decimalText(value),
  money: (value) => decimalText(value),
};

type Row = Readonly<Record<string, unknown>> & { readonly symbol: string; readonly warnings: readonly string[] };

function figureColumn(rows: readonly Row[], { name, title, kind }: SymbolColumn): ShownColumn {
  const figure = (row: number): number => {
    const value = rows[row]?.[name];
    return typeof value === "number" ? value : Number.NaN;
  };
  const isPercent = kind === "percent" || kind === "signedPercent";
  const text = texts[kind];
  return {
    name,
    title,
    isText: false,
    value: (row) => (isPercent ? 100 * figure(row) : figure(row)),
    text: (row) => text(name === "maxDrawdown" ? -figure(row) : figure(row)),
    style: (row) => (kind === "signedPercent" ? (figure(row) < 0 ? "down" : figure(row) > 0 ? "up" : "") : ""),
  };
}

/** Shows the symbols; `choose` receives one that is clicked. */
export async function createSymbolListing(
  place: HTMLElement,
  block: Block,
  choose: (symbol: string) => void,
): Promise<void> {
  const { result, sparks } = block.json;
  const isShared = result.contributions !== undefined;
  const rows = (isShared ? result.contributions : result.symbols) as unknown as readonly Row[];
  const sparkValues = await block.values("sparks");
  const places = new Map(sparks.map((symbol, i) => [symbol, i]));
  const columns: readonly ShownColumn[] = [
    {
      name: "symbol",
      title: "Symbol",
      isText: true,
      value: (row) => rows[row]?.symbol ?? "",
      text: (row) => shortText(rows[row]?.symbol ?? ""),
    },
    {
      name: "equity",
      title: isShared ? "Price" : "Equity",
      isText: false,
      value: () => Number.NaN,
      text: () => "",
      draw(row) {
        const at = places.get(rows[row]?.symbol ?? "");
        return at === undefined
          ? document.createTextNode("")
          : sparkline(sparkValues.subarray(at * sparkPoints, (at + 1) * sparkPoints));
      },
    },
    ...(isShared ? contributionColumns : symbolColumns).map((column) => figureColumn(rows, column)),
    {
      name: "warnings",
      title: "Warnings",
      isText: true,
      value: (row) => rows[row]?.warnings.join("; ") ?? "",
      text: (row) => shortText(rows[row]?.warnings.join("; ") || "none"),
    },
  ];
  createListing({
    place,
    caption: "Symbols",
    columns,
    rows: rows.length,
    fileName: "symbols.csv",
    printed: 500,
    example: isShared ? "profit>0 trades<60" : "sharpe>0 trades<60",
    choose: (row) => choose(rows[row]?.symbol ?? ""),
  });
}
