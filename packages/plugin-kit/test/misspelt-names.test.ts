import { expect, it } from "vitest";
import { matchColumns, misspeltNotes } from "../src/index.ts";

const notesOf = (names: readonly string[]) => misspeltNotes(names, matchColumns(names, { source: "f" }));

it.each([
  [["Date", "Opne", "High", "Low", "Close"], ['is the column "Opne" meant as "open"? --columns open=Opne']],
  [
    ["Date", "Open", "Hihg", "Lwo", "Close"],
    ["high=Hihg", "low=Lwo"],
  ],
  [["Date", "Close", "Volune"], ["volume=Volune"]],
  [["Date", "Close", "O pen"], ["--columns 'open=O pen'"]],
  [["Date", "Close", "Adj Clsoe"], ['is the column "Adj Clsoe" meant as "Adj Close"?']],
])("asks about %j", (names, wanted) => {
  const notes = notesOf(names);
  expect(notes).toHaveLength(wanted.length);
  for (const [i, text] of wanted.entries()) expect(notes[i]).toContain(text);
});

it.each([
  [["Date", "Open", "High", "Low", "Close", "Volume", "Opne"]],
  [["Date", "Close", "Lot", "Time", "OI", "Type", "Adj Close", "Adjusted Close"]],
  [["Date", "Close", "Average", "oi", "Turnover"]],
])("asks nothing about %j", (names) => {
  expect(notesOf(names)).toEqual([]);
});
