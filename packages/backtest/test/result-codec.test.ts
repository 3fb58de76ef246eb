import type { JsonObject, TypedArray } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { decodeResult, type EncodedResult, encodeResult } from "../src/index.ts";
import { simulated } from "./given.ts";

const result = simulated([10, 11, 9, 12, 13], [1, -1, 1, 1, 0], { feeBps: 20 });

/** As it comes back from a cache. */
function stored(encoded: EncodedResult): { arrays: Record<string, TypedArray>; attributes: Record<string, unknown> } {
  return { arrays: structuredClone({ ...encoded.arrays }), attributes: JSON.parse(JSON.stringify(encoded.attributes)) };
}

/** What a cache takes: it refuses numbers that JSON cannot hold. */
function asJson(attributes: JsonObject): JsonObject {
  expect(JSON.parse(JSON.stringify(attributes))).toStrictEqual(attributes);
  return attributes;
}

describe("a stored result", () => {
  it("is decoded bit for bit", () => {
    expect(decodeResult(stored(encodeResult(result)) as EncodedResult)).toStrictEqual(result);
  });
  it("keeps numbers that JSON cannot hold", () => {
    const odd = { ...result, totals: { ...result.totals, grossReturn: Number.NaN } };
    expect(decodeResult(stored(encodeResult(odd)) as EncodedResult)).toStrictEqual(odd);
  });
  it("keeps the traded notional if the sum exceeds the range of a double", () => {
    const odd = { ...result, totals: { ...result.totals, traded: Number.POSITIVE_INFINITY } };
    const encoded = stored({ ...encodeResult(odd), attributes: asJson(encodeResult(odd).attributes) });
    expect(decodeResult(encoded as EncodedResult).totals.traded).toStrictEqual(Number.NaN);
  });
  const damages: Record<string, (encoded: ReturnType<typeof stored>) => void> = {
    "of another version": ({ attributes }) => {
      attributes["version"] = 0;
    },
    "without its totals": ({ attributes }) => {
      delete attributes["totals"];
    },
    "without its metrics": ({ attributes }) => {
      delete attributes["metrics"];
    },
    "without its symbol": ({ attributes }) => {
      delete attributes["symbol"];
    },
    "with a text for a sum": ({ attributes }) => {
      (attributes["totals"] as Record<string, unknown>)["traded"] = "much";
    },
    "without an array": ({ arrays }) => {
      delete arrays["trades.profit"];
    },
    "with an array of another type": ({ arrays }) => {
      arrays["directions"] = new Float64Array(5);
    },
    "with a shorter array": ({ arrays }) => {
      arrays["equity"] = new Float64Array(4);
    },
    "with fewer times than bars": ({ arrays }) => {
      arrays["times"] = new BigInt64Array(4);
    },
  };
  for (const [what, damage] of Object.entries(damages))
    it(`is refused ${what}`, () => {
      const encoded = stored(encodeResult(result));
      damage(encoded);
      const { arrays, attributes } = encoded;
      expect(() => decodeResult({ arrays, attributes: attributes as JsonObject })).toThrow(
        expect.objectContaining({ code: "ATC_CORRUPT_DATA" }),
      );
    });
});
