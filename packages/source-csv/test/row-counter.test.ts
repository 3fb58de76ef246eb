import { LF } from "@atc/plugin-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvLayout, detectLayout } from "../src/layout/csv-layout.ts";
import { badRowPolicy } from "../src/rows/bad-rows.ts";
import { columnBuffers, columnsLength } from "../src/rows/column-buffers.ts";
import { rowContext } from "../src/rows/row-context.ts";
import { rowCounter } from "../src/rows/row-counter.ts";
import { kernelLength } from "../src/rows/row-kernel.ts";
import { countMemory, type RowMemory } from "../src/rows/row-memory.ts";
import { rowParser } from "../src/rows/row-parser.ts";
import { padding } from "../src/text/padding.ts";

const capacity = 256;

function layoutOf(text: string, options = {}): CsvLayout {
  const bytes = new TextEncoder().encode(text);
  const head = new Uint8Array(bytes.length + padding).fill(LF);
  head.set(bytes);
  const span = { bytes: head, start: 0, end: bytes.length, final: true, loneReturns: false };
  return detectLayout(span, "f.csv", "f.csv", options);
}

function memoryOf(layout: CsvLayout, text: Uint8Array): RowMemory {
  const memory = countMemory(layout, text.length, columnsLength(layout, capacity) + kernelLength(layout) + 100_000);
  memory.bytes.set(text);
  memory.bytes.fill(LF, text.length, text.length + padding);
  return memory;
}

interface Span {
  readonly start: number;
  readonly stop: number;
  readonly final?: boolean;
}

interface Counted {
  readonly position: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Rows per symbol by the parser; undefined if there are bad rows. */
function parsed(layout: CsvLayout, text: Uint8Array, { start, stop, final = true }: Span): Counted | undefined {
  const whole = memoryOf(layout, text);
  const memory = { ...whole, exports: undefined };
  const buffers = columnBuffers(layout, capacity, memory);
  const badRows = badRowPolicy({ path: "f", policy: "skip", layout, onBadRow: undefined });
  const parser = rowParser(rowContext(layout, buffers), badRows, 1, undefined);
  const position = parser.parse(memory.bytes, start, { stop, end: text.length, final });
  const counts: Record<string, number> = {};
  for (const index of buffers.symbols.subarray(0, parser.length())) {
    const name = buffers.symbolDictionary.values[index] as string;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  whole.release();
  return badRows.count() > 0 ? undefined : { position, counts };
}

/** Rows per symbol by the counter; undefined if it leaves them to the reader. */
function counted(
  layout: CsvLayout,
  text: Uint8Array,
  { start, stop, final = true }: Span,
  withKernel: boolean,
): Counted | undefined {
  const memory = memoryOf(layout, text);
  expect(memory.exports).toBeDefined();
  const counter = rowCounter(withKernel ? memory : { ...memory, exports: undefined }, layout);
  const position = counter.count(start, { stop, end: text.length, final });
  memory.release();
  const rows = counter.rows();
  const symbols = counter.symbols();
  expect(symbols.length).toBe(rows.length);
  if (position < 0) return undefined;
  return { position, counts: Object.fromEntries(symbols.map((name, i) => [name, rows[i] as number])) };
}

/** Kernel and twin agree with each other, and with the parser if both give a result. Returns whether the twin did. */
function agree(layout: CsvLayout, text: Uint8Array, span: Span): boolean {
  const twin = counted(layout, text, span, false);
  expect(counted(layout, text, span, true)).toEqual(twin);
  const wanted = parsed(layout, text, span);
  if (twin !== undefined && wanted !== undefined) expect(twin).toEqual(wanted);
  return twin !== undefined;
}

const fill: Readonly<Record<string, string>> = {
  timestamp: "2024-01-02T09:30:00Z",
  open: "1.5",
  close: "2.25",
  volume: "1000",
  note: "some text of no use",
};
const arrangements = [
  ["symbol", "timestamp", "open", "close", "volume"],
  ["timestamp", "symbol", "close"],
  ["timestamp", "note", "open", "close", "volume", "symbol"],
  ["timestamp", "open", "close", "volume"],
  ["note", "timestamp", "close"],
] as const;
const plainName = fc
  .string({ unit: fc.constantFrom(..."ABCabc01.-=/ \u03a9\u{1f984}"), minLength: 1, maxLength: 40 })
  .map((text) => text.trim())
  .filter((text) => text !== "");
const separators = fc.constantFrom(",", ";", "\t", "|");
const plainLine = fc.record({
  name: fc.oneof(fc.constantFrom("A", "AAPL", "BRK.B", "a-name-of-24-bytes-exactl"), plainName),
  ending: fc.constantFrom("\n", "\n", "\r\n"),
  blank: fc.constantFrom("", "", "", "\n", "\r\n", "  \n", "\t\r\n"),
  length: fc.integer({ min: 1, max: 200 }),
});

/** Rows in a column order. */
function textOf(
  columns: readonly string[],
  separator: string,
  lines: readonly { name: string; ending: string; blank: string; length: number }[],
): string {
  const rows = lines.map(({ name, ending, blank, length }) => {
    const values = columns.map((column) => {
      if (column === "symbol") return name;
      return column === "note" ? "n".repeat(length) : fill[column];
    });
    return `${blank}${values.join(separator)}${ending}`;
  });
  return rows.join("");
}

function layoutFor(columns: readonly string[], separator: string): CsvLayout {
  const sample = textOf(columns, separator, [{ name: "A", ending: "\n", blank: "", length: 20 }]);
  return layoutOf(`${columns.join(separator)}\n${sample}`, { separator });
}

describe("rows are counted like they are read", () => {
  it("whatever the names, lengths, line ends and order of columns", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...arrangements),
        separators,
        fc.array(plainLine, { maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        (columns, separator, lines, from, to, final) => {
          // A line of a separator alone is a bad row, not a blank one.
          const usable = lines.filter(({ blank }) => !blank.includes(separator));
          const text = new TextEncoder().encode(textOf(columns, separator, usable));
          const start = from % (text.length + 1);
          const stop = start + (to % (text.length + 1 - start));
          const layout = layoutFor(columns, separator);
          expect(agree(layout, text, { start: 0, stop: text.length })).toBe(true);
          agree(layout, text, { start, stop, final });
          const cut = text.subarray(0, stop);
          agree(layout, cut, { start: 0, stop, final });
        },
      ),
      { numRuns: 400 },
    );
  });

  it("or not at all, if a line is odd", () => {
    const odd = fc
      .array(fc.constantFrom("A", "B,", ",", '"', "\n", "\r", "\r\n", " ", "\t", "2024-01-02", ",1", "\0", "\u00a0"), {
        maxLength: 12,
      })
      .map((parts) => parts.join(""));
    const row = fc.oneof(odd, fc.constantFrom("A,2024-01-02,1\n", "BB,2024-01-02,2\r\n", "2024-01-02,B,2\n"));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), fc.constantFrom(0, 1, 2, 3), (rows, place) => {
        const columns = ["timestamp", "close"].toSpliced(place, 0, ...(place === 3 ? [] : ["symbol"]));
        const text = new TextEncoder().encode(rows.join(""));
        agree(layoutFor(columns, ","), text, { start: 0, stop: text.length });
      }),
      { numRuns: 2000 },
    );
  });

  it("at every cut of a text", () => {
    const lines = ["A", "BB", "a symbol of more than twenty-four bytes", "A"].map((name, i) => ({
      name,
      ending: i % 2 === 0 ? "\n" : "\r\n",
      blank: i === 2 ? " \r\n\n" : "",
      length: 7 * i,
    }));
    for (const columns of arrangements) {
      const layout = layoutFor(columns, ",");
      const text = new TextEncoder().encode(textOf(columns, ",", lines));
      for (let at = 0; at <= text.length; at++) {
        expect(agree(layout, text, { start: 0, stop: at })).toBe(true);
        // A cut row is not whole: the counter may refuse it at the end of the text, and waits for more elsewhere.
        agree(layout, text.subarray(0, at), { start: 0, stop: at });
        expect(agree(layout, text.subarray(0, at), { start: 0, stop: at, final: false })).toBe(true);
      }
    }
  });
});

describe("names", () => {
  const layout = layoutFor(["symbol", "timestamp", "close"], ",");
  const bytesOf = (names: readonly string[]): Uint8Array =>
    new TextEncoder().encode(names.map((name) => `${name},2024-01-02,1\n`).join(""));
  const all = (names: readonly string[]): Counted | undefined => {
    const text = bytesOf(names);
    const span = { start: 0, stop: text.length };
    const twin = counted(layout, text, span, false);
    expect(counted(layout, text, span, true)).toEqual(twin);
    return twin;
  };

  it("beyond those in the kernel's table are counted", () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `N${i % 20_000}`);
    const counts = all(names)?.counts ?? {};
    expect(Object.keys(counts)).toEqual(names.slice(0, 20_000));
    expect(Object.values(counts).every((rows) => rows === 2)).toBe(true);
  });

  it("lose the blanks around them", () => {
    expect(all(["A", " A", "A\t", "B "])?.counts).toEqual({ A: 3, B: 1 });
  });

  it.each([
    ["is empty", ""],
    ["is blank", " "],
    ["holds a NUL", "A\0"],
    ["is quoted", '"A"'],
    ["holds a quote", 'A"'],
  ])("are not counted if one %s", (_, name) => {
    expect(all(["A", name, "A"])).toBeUndefined();
  });

  it("are not counted if one is not UTF-8", () => {
    const text = bytesOf(["A", "B", "A"]);
    text[text.indexOf(66)] = 0xff;
    const span = { start: 0, stop: text.length };
    expect(counted(layout, text, span, true)).toBeUndefined();
    expect(counted(layout, text, span, false)).toBeUndefined();
  });
});
