import { describe, expect, it } from "vitest";
import { ownMember, printableJson, printableLine, printableText } from "../src/index.ts";

describe("printableText", () => {
  it("replaces what a terminal obeys: C0, DEL, C1, marks that turn or hide text", () => {
    const obeyed = [
      "\u001b",
      "\u0007",
      "\r",
      "\b",
      "\u0000",
      "\u007f",
      "\u009b",
      "\u202e",
      "\u2066",
      "\u200f",
      "\ufeff",
      "\u2028",
    ];
    for (const character of obeyed) expect(printableText(`a${character}b`)).toBe("a?b");
    expect(printableText("\u001b]0;title\u0007\u001b[2J")).toBe("?]0;title??[2J");
  });

  it("keeps newlines, tabs, other scripts and emoji that are joined", () => {
    const text = "a\tb\nc é 東京 \u{1f468}\u200d\u{1f469} می\u200cخواهم";
    expect(printableText(text)).toBe(text);
    expect(printableLine("a\tb\nc")).toBe("a?b?c");
  });
});

describe("printableJson", () => {
  it("escapes what a terminal obeys, and parses to the same value", () => {
    const value = { "a\u009b2J": ["\u202ex", "\u{e0001}", "\u001b", "é", "\u200d"], b: 1 };
    const json = printableJson(JSON.stringify(value, undefined, 2));
    expect(json).toContain("\\u009b2J");
    expect(json).toContain("\\udb40\\udc01");
    expect(printableText(json)).toBe(json);
    expect(JSON.parse(json)).toEqual(value);
    expect(printableJson('{"a": "plain"}\n')).toBe('{"a": "plain"}\n');
  });
});

describe("ownMember", () => {
  it("finds a table's own members only", () => {
    expect(ownMember({ a: 1 }, "a")).toBe(1);
    for (const name of ["__proto__", "constructor", "toString"]) expect(ownMember({ a: 1 }, name)).toBeUndefined();
    expect(ownMember(JSON.parse('{"__proto__": 2}') as Record<string, number>, "__proto__")).toBe(2);
  });
});
