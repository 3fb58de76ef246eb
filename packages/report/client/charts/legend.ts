import type { LegendItem } from "./panel-content.ts";

/** An item of a legend: a sample of the line, its name, its value. */
export function legendElement({ label, text, color: name, isDashed = false }: LegendItem): HTMLElement {
  const item = document.createElement("span");
  if (name !== undefined) {
    const sample = document.createElement("i");
    sample.className = isDashed ? `sample dashed ${name}` : `sample ${name}`;
    item.append(sample);
  }
  const value = document.createElement("b");
  value.textContent = text;
  item.append(label === "" ? "" : `${label} `, value);
  return item;
}
