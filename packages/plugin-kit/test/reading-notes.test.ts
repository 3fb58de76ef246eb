import { expect, it } from "vitest";
import { createNoteLog, noteSentence } from "../src/index.ts";

it("adds up notes of one key, and keeps the first line and file", () => {
  const log = createNoteLog();
  log.add([{ key: "a", rows: 2, line: 3, text: "with a" }], { lineOffset: 10, file: "x.csv" });
  log.add([{ key: "b", rows: 1, text: "with b" }], { lineOffset: 5 });
  log.add([{ key: "a", rows: 4, line: 1, text: "with a" }], { file: "y.csv" });
  log.add(undefined);
  expect(log.notes()).toEqual([
    { key: "a", rows: 6, line: 13, file: "x.csv", text: "with a" },
    { key: "b", rows: 1, text: "with b" },
  ]);
  expect(log.notes().map(noteSentence)).toEqual(['6 rows with a, the first in line 13 of "x.csv"', "1 row with b"]);
  log.clear();
  expect(log.notes()).toEqual([]);
});
