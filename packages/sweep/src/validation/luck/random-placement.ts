import type { RandomNumbers } from "../../sample/random-numbers.ts";
import { createNumberChoice } from "../base/choose-numbers.ts";
import { shuffle } from "../base/shuffle.ts";
import type { HeldTrades } from "./held-trades.ts";

/** What a placement reads of trades. */
export type PlacedTrades = Pick<HeldTrades, "entries" | "lengths" | "held">;

/** A symbol's trades at random points. The arrays hold the latest placement, a value per trade in order of time. */
export interface RandomPlacement {
  /** The first point at which a trade may be entered. */
  readonly warmup: number;
  /** Points from there on that no trade holds. */
  readonly free: number;
  /** Which of the symbol's trades, by order of entry, is placed. Its side and length stay together. */
  readonly order: Int32Array;
  /** The point at which each is entered. */
  readonly entries: Int32Array;
  /** Places all trades. */
  place(random: RandomNumbers): void;
  /** Moves a generator like {@link RandomPlacement.place}, without placing. */
  skip(random: RandomNumbers): void;
}

/**
 * Places trades without overlap: for each order of them, all placements are equally likely. It allocates nothing per
 * placement, and takes about 50 bytes per trade.
 *
 * @param last - the number of the symbol's last point
 * @param warmup - the first point, if it is before the first entry. Default: the first entry
 */
export function createRandomPlacement(trades: PlacedTrades, last: number, warmup?: number): RandomPlacement {
  const { lengths } = trades;
  const count = lengths.length;
  const firstEntry = count > 0 ? trades.entries[0] : 0;
  const first = Math.min(warmup ?? firstEntry, firstEntry);
  const free = last - first - trades.held;
  const order = new Int32Array(count);
  const entries = new Int32Array(count);
  const choice = createNumberChoice(count);
  return {
    warmup: first,
    free,
    order,
    entries,
    place(random) {
      shuffle(order, random);
      choice.draw(random, free + count);
      let held = 0;
      for (let trade = 0; trade < count; trade++) {
        entries[trade] = first + choice.chosen[trade] - trade + held;
        held += lengths[order[trade]];
      }
    },
    skip(random) {
      for (let place = count - 1; place >= 1; place--) random.integer(place + 1);
      for (let place = 0; place < count; place++) random.integer(free + place + 1);
    },
  };
}
