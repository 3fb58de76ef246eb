import fc from "fast-check";
import { expect, it } from "vitest";
import { csv } from "../src/index.ts";
import { type NumberStyle, numberScanner } from "../src/text/styled-number.ts";
import { pastedOptions } from "./pasted-options.ts";
import { readSliced } from "./sliced.ts";
import { failure, fileOf, read, readText } from "./temporary-file.ts";

function scan(style: NumberStyle, text: string): number | undefined {
  const bytes = new Uint8Array(1200);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  const target = new Float64Array(1);
  return numberScanner(style)(bytes, 0, written, target, 0) ? target[0] : undefined;
}

it.each<[NumberStyle, string, number | undefined]>([
  [{ decimal: "," }, "1234,56", 1234.56],
  [{ decimal: "," }, "-0,25", -0.25],
  [{ decimal: "," }, "1e3", 1000],
  [{ decimal: "," }, "1,5e-3", 0.0015],
  [{ decimal: "," }, "1.234,5", undefined],
  [{ decimal: "," }, "1.5", undefined],
  [{ decimal: "," }, "1,2,3", undefined],
  [{ decimal: "," }, "", undefined],
  [{ decimal: "," }, ",", undefined],
  [{ decimal: ",", thousands: "." }, "1.234.567,5", 1_234_567.5],
  [{ decimal: ",", thousands: "." }, "1.234", 1234],
  [{ decimal: ",", thousands: "." }, "1.23", undefined],
  [{ decimal: ",", thousands: "." }, "1.2345", undefined],
  [{ decimal: ".", thousands: "," }, "1,234.50", 1234.5],
  [{ decimal: ".", thousands: "," }, "1234.5", 1234.5],
  [{ decimal: ".", thousands: "," }, "1234,567", undefined],
  [{ decimal: ".", thousands: "," }, "12,34", undefined],
  [{ decimal: ".", thousands: "," }, ",123", undefined],
  [{ decimal: ".", thousands: "," }, "1,234,", undefined],
  [{ decimal: ".", thousands: "," }, "1.234,567", undefined],
  [{ decimal: ".", thousands: "'" }, "1'234.5", 1234.5],
  [{ decimal: ",", thousands: " " }, "1 234 567,5", 1_234_567.5],
  [{ decimal: ",", thousands: " " }, "1\u00a0234,5", 1234.5],
  [{ decimal: ",", thousands: " " }, "1\u202f234,5", 1234.5],
  [{ decimal: ".", currency: true }, "$185.64", 185.64],
  [{ decimal: ".", currency: true }, "185.64", 185.64],
  [{ decimal: ".", currency: true }, "-$1.5", -1.5],
  [{ decimal: ".", currency: true }, "$-1.5", -1.5],
  [{ decimal: ".", currency: true }, "£ 1.5", 1.5],
  [{ decimal: ".", currency: true }, "$", undefined],
  [{ decimal: ".", currency: true }, "1$5", undefined],
  [{ decimal: ",", thousands: ".", currency: true }, "1.234,50 €", 1234.5],
])("scans in the style %j the text %j", (style, text, wanted) => {
  expect(scan(style, text)).toBe(wanted);
});

const marks = fc.constantFrom<NumberStyle>(
  { decimal: "," },
  { decimal: ",", thousands: "." },
  { decimal: ".", thousands: "," },
  { decimal: ",", thousands: " " },
  { decimal: ".", thousands: "'" },
);

/** A number as a style writes it. */
function written(value: number, { decimal, thousands }: NumberStyle): string {
  const [integer = "", fraction] = value.toFixed(4).split(".");
  const grouped = thousands === undefined ? integer : integer.replaceAll(/\B(?=(?:\d{3})+$)/g, thousands);
  return `${grouped}${decimal}${fraction}`;
}

it("reads any price in the style in which it is written, in slices too", async () => {
  const prices = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(marks, prices, async (style, values) => {
      // The first decides the style for certain.
      const texts = [1_234_567.25, ...values].map((value) => written(value, style));
      const path = fileOf(`date;close\n${texts.map((text) => `2024-01-31;"${text}"\n`).join("")}`);
      const { numbers, badRows } = await read(path);
      expect(badRows).toEqual([]);
      expect(numbers["close"]).toEqual([1_234_567.25, ...values].map((value) => Number(value.toFixed(4))));
      expect((await readSliced(path, 64)).numbers).toEqual(numbers);
    }),
    { numRuns: 60 },
  );
});

async function notesOf(text: string): Promise<string> {
  await using source = await csv(fileOf(text));
  return source.notes?.join("; ") ?? "";
}

it.each([
  ["date;close;volume\n2024-01-31;1234,5;7\n", [1234.5], [7], "commas were read as decimal points"],
  ["date;close;volume\n2024-01-31;1.234,5;1.700\n", [1234.5], [1700], "points in numbers were read as separators"],
  ['date,close,volume\n2024-01-31,"1,234.50","1,700"\n', [1234.5], [1700], "commas in numbers were read as separators"],
  ['date,close,volume\n2024-01-31,5.5,"1,234,700"\n', [5.5], [1_234_700], "commas in numbers were read as separators"],
  ['date,close,volume\n2024-01-31,"5,5",17\n', [5.5], [17], "commas were read as decimal points"],
  ["date;close;volume\n2024-01-31;$5.5;17\n", [5.5], [17], "signs of currencies"],
] as const)("detects the only style that fits %j", async (text, close, volume, note) => {
  const { numbers } = await readText(text);
  expect(numbers).toEqual({ close, volume });
  expect(await notesOf(text)).toContain(note);
});

it.each([
  ["one group", "date;close\n2024-01-31;1,234\n", 1234, 1.234],
  ["a price of three digits behind the point", 'date,close,volume\n2024-01-31,185.640,"1,234"\n', 185.64, 185_640],
] as const)("refuses what two styles read differently, and names an option for each: %s", async (_, text, us, eu) => {
  const { message } = await failure(readText(text));
  const [first = "", second = ""] = message.split(" or --source-option");
  expect((await readText(text, pastedOptions(first))).numbers["close"]).toEqual([us]);
  expect((await readText(text, pastedOptions(`--source-option${second}`))).numbers["close"]).toEqual([eu]);
});

it("reads plain numbers as before, also beside texts that no style reads", async () => {
  expect(await notesOf("date,close\n2024-01-31,1.234\n")).toBe("");
  expect(await notesOf("date;close\n2024-01-31;1.2345\n")).toBe("");
  const { badRows, numbers } = await readText("date,close\n2024-01-31,1.234\n2024-02-01,1.5M\n", { badRows: "skip" });
  expect([numbers["close"], badRows.map(({ text }) => text)]).toEqual([[1.234], ["1.5M"]]);
});

it("makes a bad row of a number in another style than the first ones", async () => {
  const rows = Array.from({ length: 6000 }, () => "2024-01-31;1234,5\n").join("");
  const { badRows } = await readText(`date;close\n${rows}2024-01-31;1,234.5\n2024-01-31;1.5\n`, { badRows: "skip" });
  expect(badRows.map(({ line, text }) => [line, text])).toEqual([
    [6002, "1,234.5"],
    [6003, "1.5"],
  ]);
});

it("obeys the options, and detects no thousands beside a given decimal point", async () => {
  const text = "date;close\n2024-01-31;1.234,5\n";
  expect((await failure(readText(text, { decimal: "," }))).code).toBe("ATC_INVALID_DATA");
  expect((await readText(text, { decimal: ",", thousands: "." })).numbers["close"]).toEqual([1234.5]);
  expect((await readText(text, { thousands: "." })).numbers["close"]).toEqual([1234.5]);
  expect((await failure(readText(text, { decimal: ",", thousands: "," }))).code).toBe("ATC_INVALID_ARGUMENT");
});

it("never reads 1.234 as a fraction if the comma is the decimal point", async () => {
  const { badRows } = await readText("date;close\n2024-01-31;1.234\n2024-02-01;1,5\n", {
    decimal: ",",
    badRows: "skip",
  });
  expect(badRows.map(({ text }) => text)).toEqual(["1.234"]);
});

it("reads other columns of numbers in the same style, and leaves out texts", async () => {
  const text = "date;close;turnover;spread;note\n2024-01-31;$1.234,5;$2.000.000,25;0,5;1.5M\n";
  expect((await readText(text)).numbers).toEqual({ close: [1234.5], turnover: [2_000_000.25], spread: [0.5] });
  expect(await notesOf(text)).toContain("columns left out: note");
});

it("detects the style of rows that hold several symbols", async () => {
  const { symbols, numbers } = await readText("time;A:close;B:close\n2024-01-31;1.234,5;7,25\n2024-02-01;;8\n");
  expect([symbols, numbers]).toEqual([["A", "B", "B"], { close: [1234.5, 7.25, 8] }]);
});
