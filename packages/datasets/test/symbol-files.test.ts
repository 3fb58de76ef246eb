import { expect, it } from "vitest";
import { symbolFiles } from "../src/export/symbol-files.ts";

const nameOf = (symbol: string): string | undefined => symbolFiles("{symbol}", [symbol]).get(symbol);

it.each([
  ["BRK.B", "BRK.B"],
  ["^GSPC", "^GSPC"],
  ["BTC/USDT", "BTC%2FUSDT"],
  ["../x", "%2E.%2Fx"],
  ["NUL", "%4EUL"],
  ["a.", "a%2E"],
  ["é", "%C3%A9"],
])("names the file of %s %s", (symbol, name) => {
  expect(nameOf(symbol)).toBe(name);
});

it("cuts long names and keeps them apart", () => {
  const files = [...symbolFiles("{symbol}.csv", ["x".repeat(300), "x".repeat(301)]).values()];
  expect(files.every((file) => file.length === 124)).toBe(true);
  expect(new Set(files).size).toBe(2);
});

it("keeps names apart that differ by case alone", () => {
  const [upper, lower] = symbolFiles("{symbol}.csv", ["A", "a"]).values();
  expect(upper).toBe("A.csv");
  expect(lower).toMatch(/^a~[0-9a-f]{8}\.csv$/);
});
