import { csvOf } from "../../src/listing/csv.ts";
import type { ListingColumn } from "../../src/listing/listing-column.ts";
import { type Query, queryOf } from "../../src/listing/query.ts";
import { decimalText } from "../../src/text/number-text.ts";
import { button, element } from "../page/dom.ts";
import { saveText } from "../page/save-text.ts";

/** A column that is shown. */
export interface ShownColumn extends ListingColumn {
  /** Names of classes of its cell. */
  style?(row: number): string;
  /** Draws the cell instead of its text; the column is not saved. */
  draw?(row: number): Node | undefined;
}

/** A table that can be sorted, searched and saved. Only the rows in its window are in the page. */
export interface ListingOptions {
  readonly place: HTMLElement;
  readonly caption: string;
  readonly columns: readonly ShownColumn[];
  readonly rows: number;
  readonly fileName: string;
  /** The most rows on paper. */
  readonly printed: number;
  /** A search for example. */
  readonly example: string;
  /** Called with a row that is chosen. */
  choose?(row: number): void;
}

const rowHeight = 30;
/** Rows in the page at once. */
const mostShown = 28;

/** Compares values; NaN and empty texts come last in both directions. */
function compare(a: number | string, b: number | string, sign: number): number {
  const isLast = (value: number | string): boolean => value === "" || Number.isNaN(value);
  if (isLast(a) || isLast(b)) return Number(isLast(a)) - Number(isLast(b));
  return sign * (a < b ? -1 : a > b ? 1 : 0);
}

/** Shows a table with a search field. */
export function createListing({
  place,
  caption,
  columns,
  rows,
  fileName,
  printed,
  example,
  choose,
}: ListingOptions): void {
  let order = Array.from({ length: rows }, (_, row) => row);
  let sorted: { readonly column: ShownColumn; readonly sign: number } | undefined;
  let query: Query = () => true;
  const body = element("tbody");
  const count = element("span", { class: "count", role: "status" });
  const headings = columns.map((column) => {
    const heading = element("th", { scope: "col", class: column.isText ? "text" : undefined });
    heading.append(button(column.title, () => sortBy(column)));
    return heading;
  });
  const table = element(
    "table",
    { "aria-rowcount": rows + 1 },
    element("caption", { class: "spoken" }, caption),
    element("thead", {}, element("tr", { "aria-rowindex": 1 }, ...headings)),
    body,
  );
  const scroller = element("div", { class: "scroller", role: "region", "aria-label": caption, tabindex: 0 }, table);
  const search = element("input", {
    type: "search",
    "aria-label": `Search: ${caption}`,
    placeholder: `text, or ${example}`,
  });

  function cellOf(column: ShownColumn, row: number): HTMLElement {
    const text = column.text(row);
    const cell = element(column === columns[0] ? "th" : "td", {
      class: [column.isText ? "text" : "", column.style?.(row) ?? ""].join(" ").trim() || undefined,
      ...(column === columns[0] ? { scope: "row" } : {}),
      ...(column.isText ? { title: text } : {}),
    });
    const drawn = column.draw?.(row);
    if (drawn !== undefined) cell.append(drawn);
    else if (column === columns[0] && choose !== undefined)
      cell.append(button(text, () => choose(row), { class: "name" }));
    else if (column.isText) cell.append(element("bdi", {}, text));
    else cell.textContent = text;
    return cell;
  }

  function spacer(height: number): HTMLElement {
    const cell = element("td", { colspan: columns.length });
    cell.style.height = `${height}px`;
    return element("tr", { class: "spacer", "aria-hidden": "true" }, cell);
  }

  const firstShown = (most: number): number =>
    Math.max(0, Math.min(order.length - most, Math.floor(scroller.scrollTop / rowHeight) - 4));
  let shownFrom = 0;

  /** The place among the rows in the page of the one that has the focus; -1 if none has it. */
  function focusedLine(): number {
    const lines = [...body.querySelectorAll("tr:not(.spacer)")];
    return lines.findIndex((line) => line.contains(document.activeElement));
  }

  function show(most = mostShown): void {
    const first = firstShown(most);
    const part = order.slice(first, first + most);
    const focused = focusedLine();
    const kept = focused < 0 ? -1 : focused + shownFrom - first;
    shownFrom = first;
    const made = part.map((row, i) => {
      const line = element("tr", { "aria-rowindex": first + i + 2 }, ...columns.map((column) => cellOf(column, row)));
      return line;
    });
    const below = order.length - first - part.length;
    body.replaceChildren(
      ...(first > 0 ? [spacer(first * rowHeight)] : []),
      ...made,
      ...(below > 0 && most === mostShown ? [spacer(below * rowHeight)] : []),
    );
    // The row may have come into view because the keyboard moved to it.
    made[kept]?.querySelector("button")?.focus({ preventScroll: true });
    if (order.length === 0)
      body.append(element("tr", {}, element("td", { colspan: columns.length }, "Nothing matches.")));
  }

  function arrange(): void {
    order = [];
    for (let row = 0; row < rows; row++) if (query(row)) order.push(row);
    if (sorted !== undefined) {
      const { column, sign } = sorted;
      const keys = new Map(order.map((row) => [row, column.value(row)]));
      order.sort((a, b) => compare(keys.get(a) ?? "", keys.get(b) ?? "", sign) || a - b);
    }
    table.setAttribute("aria-rowcount", String(order.length + 1));
    count.textContent =
      order.length === rows ? `${decimalText(rows)} rows` : `${decimalText(order.length)} of ${decimalText(rows)} rows`;
    scroller.scrollTop = 0;
    show();
  }

  function sortBy(column: ShownColumn): void {
    const isSame = sorted?.column === column;
    // Figures are most often wanted from the largest on.
    sorted = { column, sign: isSame ? -(sorted?.sign ?? 1) : column.isText ? 1 : -1 };
    for (const [i, heading] of headings.entries())
      if (columns[i] === column) heading.setAttribute("aria-sort", sorted.sign > 0 ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    arrange();
  }

  search.addEventListener("input", () => {
    query = queryOf(search.value, columns);
    arrange();
  });
  let isAsked = false;
  scroller.addEventListener("scroll", () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      if (firstShown(mostShown) !== shownFrom) show();
    });
  });
  const save = button("Save CSV", () =>
    saveText(
      fileName,
      csvOf(
        columns.filter(({ draw }) => draw === undefined),
        order,
      ),
    ),
  );
  place.append(element("div", { class: "tools" }, search, save, count), scroller);
  window.addEventListener("beforeprint", () => show(Math.min(printed, order.length)));
  window.addEventListener("afterprint", () => show());
  arrange();
}
