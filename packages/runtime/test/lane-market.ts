import { memoryDataset } from "@atc/backtest";
import type { Dataset } from "@atc/contract";

/** Milliseconds of a day, the distance of bars. */
export const day = 86_400_000;

/** A market of seeded walks, with gaps and other first and last days per symbol; with `invalid`, also a price of -1. */
export function marketOf(seed: number, symbols: number, bars: number, invalid = false): Dataset {
  let state = 1 + seed;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const columns = Array.from({ length: symbols }, (_, symbol) => {
    const times: bigint[] = [];
    const [open, close]: [number[], number[]] = [[], []];
    let price = 50 + 100 * next();
    for (let bar = 0; bar < bars; bar++) {
      open.push(price);
      price = Math.max(0.01, price * (1 + (next() - 0.5) * 0.08));
      close.push(price);
      times.push(BigInt(day * (symbol * 3 + bar)));
      if (next() < 0.05) open.pop() && close.pop() && times.pop();
    }
    if (invalid && symbol === 0) close[Math.floor(close.length / 2)] = -1;
    const rows = {
      timestamp: BigInt64Array.from(times),
      open: Float64Array.from(open),
      close: Float64Array.from(close),
    };
    return [`S${symbol}`, rows] as const;
  });
  return memoryDataset(Object.fromEntries(columns));
}
