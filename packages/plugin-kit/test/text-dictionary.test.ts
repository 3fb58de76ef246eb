import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnTexts, createTextDictionary } from "../src/index.ts";

describe("createTextDictionary", () => {
  it("gives each text the index of its first appearance, by bytes and by text alike", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 12 }), fc.boolean())), (texts) => {
        const dictionary = createTextDictionary();
        const known: string[] = [];
        for (const [text, asBytes] of texts) {
          if (!known.includes(text)) known.push(text);
          const bytes = encoder.encode(`<${text}>`);
          const index = asBytes ? dictionary.indexOf(bytes, 1, bytes.length - 1) : dictionary.indexOfText(text);
          expect(index).toBe(known.indexOf(text));
        }
        expect(dictionary.values).toEqual(known);
      }),
    );
  });

  it("keeps thousands of texts apart, and each index", () => {
    const dictionary = createTextDictionary();
    const texts = Array.from({ length: 5000 }, (_, i) => `S${i}`);
    const indices = texts.map((text) => {
      const bytes = Buffer.from(text);
      return dictionary.indexOf(bytes, 0, bytes.length);
    });
    expect(indices).toEqual(texts.map((_, i) => i));
    expect(texts.map((text) => dictionary.indexOfText(text))).toEqual(indices);
    expect(dictionary.values).toEqual(texts);
  });

  it("returns -1 for bytes that are not UTF-8, and adds nothing", () => {
    const dictionary = createTextDictionary();
    expect(dictionary.indexOf(Uint8Array.of(0xff, 0xfe), 0, 2)).toBe(-1);
    expect(dictionary.values).toEqual([]);
  });

  it("does not depend on bytes that the caller reuses", () => {
    const dictionary = createTextDictionary();
    const bytes = Buffer.from("AAPL");
    dictionary.indexOf(bytes, 0, 4);
    bytes.write("MSFT");
    expect(dictionary.indexOf(bytes, 0, 4)).toBe(1);
    expect(dictionary.indexOf(Buffer.from("AAPL"), 0, 4)).toBe(0);
    expect(dictionary.values).toEqual(["AAPL", "MSFT"]);
  });

  it("keeps a byte order mark as part of the text", () => {
    const bytes = Buffer.from("\ufeffA");
    const dictionary = createTextDictionary();
    dictionary.indexOf(bytes, 0, bytes.length);
    expect(dictionary.values).toEqual(["\ufeffA"]);
  });
});

describe("columnTexts", () => {
  const columns = [
    { name: "symbol", type: "text" },
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
    { name: "note", type: "text" },
  ] as const;

  it("has a dictionary for each text column, and lists that grow with them", () => {
    const { byColumn, symbols, dictionaries } = columnTexts(columns);
    expect([...byColumn.keys()]).toEqual(["symbol", "note"]);
    byColumn.get("symbol")?.indexOfText("SPY");
    byColumn.get("note")?.indexOfText("late");
    expect(symbols).toEqual(["SPY"]);
    expect(dictionaries).toEqual({ note: ["late"] });
  });

  it("starts with the symbol that no column holds", () => {
    expect(columnTexts(columns, "SPY").symbols).toEqual(["SPY"]);
  });
});
