import type { BlockJson } from "../block/block-format.ts";
import { nameOfPath } from "../block/without-folders.ts";
import { html, type Markup } from "../markup/markup.ts";
import { decimalText } from "../text/number-text.ts";
import { shortText } from "../text/visible-text.ts";

/** Reads the data of a report in Python. NumPy is all it needs. */
const pythonLines = [
  "import base64, io, json, re, numpy",
  'page = open("report.html", encoding="utf-8").read()',
  `block = re.search(r'id="atc-data">([^<]*)', page)[1]`,
  "data = numpy.load(io.BytesIO(base64.b64decode(block)))",
  'report = json.loads(data["report.json"])',
] as const;

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "not set";
  return shortText(typeof value === "string" ? nameOfPath(value) : JSON.stringify(value));
}

function pairs(rows: readonly (readonly [string, unknown])[]): Markup {
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${valueText(value)}</dd></div>`)}</dl>`;
}

/** What one needs to make the report again, folded. */
export function reproduce({ result: { data, config, period }, versions, command }: BlockJson): Markup {
  const facts: (readonly [string, unknown])[] = [
    ["data", nameOfPath(data.path)],
    ["dataset", data.dataset],
    ["fingerprint", data.fingerprint],
    ["rows", decimalText(data.rows)],
    ["symbols", decimalText(data.symbols)],
    ...(period === undefined ? [] : [["from", period.from] as const, ["before", period.to] as const]),
    ...Object.entries(versions).map(([name, version]) => [`${name} version`, version] as const),
  ];
  return html`<section id="reproduce"><h2>Reproduce</h2><details><summary>Data, configuration and versions</summary>${
    command === undefined ? undefined : html`<p>Command:</p><pre tabindex="0">${command}</pre>`
  }${pairs(facts)}<h3>Configuration</h3>${pairs(Object.entries(config))}</details><details><summary>Read the data in Python</summary><pre tabindex="0" id="python">${pythonLines.map(
    (line) => html`${line}\n`,
  )}</pre><p>Then <code>report["result"]</code> is the JSON of the backtest, and <code>data["equity/close"]</code> is the equity. <code>report["arrays"]</code> says how each array is stored: <code>delta</code> is undone by <code>(origin + v.cumsum(dtype="i8")) / scale</code>.</p></details></section>`;
}
