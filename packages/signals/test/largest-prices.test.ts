import { expect, it } from "vitest";
import { createLargestPrices } from "../src/graph/largest-prices.ts";

it("keeps the largest of at least the latest bars and forgets it soon after, in blocks of any length", () => {
  for (const block of [1, 7, 128, 200]) {
    const span = 300;
    const largest = createLargestPrices(span);
    const prices = Float64Array.from({ length: 2000 }, (_, bar) => (bar === 500 ? 1e6 : 100 + (bar % 10)));
    for (let from = 0; from < prices.length; from += block) {
      const count = Math.min(block, prices.length - from);
      largest.add(prices, from, count);
      const next = from + count;
      if (next <= 500)
        expect([largest.window, largest.all]).toEqual([109, 109].map((most) => Math.min(most, 99 + next)));
      else expect(largest.all).toBe(1e6);
      if (next > 500 && next <= 500 + span) expect(largest.window).toBe(1e6);
      if (next > 500 + 2 * span + 256) expect(largest.window).toBe(109);
    }
  }
});
