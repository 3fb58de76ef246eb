import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../src/index.ts";

const columns = ["timestamp", "open", "high", "low", "close", "volume"];

describe("nearest", () => {
  it.each([
    ["clsoe", "close"],
    ["closee", "close"],
    ["clos", "close"],
    ["slose", "close"],
    ["CLOSE", "close"],
    ["timestmap", "timestamp"],
    ["time_stamp", "timestamp"],
  ])("of %j is %j", (text, found) => {
    expect(nearest(text, columns)).toBe(found);
  });

  it.each(["", "bid_exchange", "settlement"])("suggests none of the columns for %j", (text) => {
    expect(nearest(text, columns)).toBeUndefined();
  });

  it.each([
    ["tief", "time"],
    ["foo", "low"],
    ["us", "dd"],
    ["us", "q1"],
    ["-", "q1"],
    ["", "a"],
  ])("does not suggest a short word that is another: %j, %j", (text, candidate) => {
    expect(nearest(text, [candidate])).toBeUndefined();
  });

  it("is the first of candidates with the same distance", () => {
    expect(nearest("bar", ["baz", "bat"])).toBe("baz");
  });

  it("keeps the candidate's own case", () => {
    expect(nearest("close", ["CLOSE"])).toBe("CLOSE");
  });

  it("is undefined without candidates", () => {
    expect(nearest("close", [])).toBeUndefined();
  });

  it("of a candidate is that candidate, or one that differs only in case or after 64 characters", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (candidates) => {
        const head = (text: string): string => text.toLowerCase().slice(0, 64);
        for (const candidate of candidates) expect(head(nearest(candidate, candidates) ?? "")).toBe(head(candidate));
      }),
    );
  });

  it("takes a swap of neighbours as one edit, not as two", () => {
    expect(nearest("ab", ["xb", "ba"])).toBe("xb");
    expect(nearest("abcd", ["abxy", "abdc"])).toBe("abdc");
  });
});
