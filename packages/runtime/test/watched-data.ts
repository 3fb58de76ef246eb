import { type ExchangeServer, exchangeServer } from "@atc/testing";
import { type WatchOptions, type WatchStep, watchDataset } from "../src/market.ts";
import { access, hour, type Project, start } from "./fetched-data.ts";

/** Symbols of an exchange. */
export const names = Array.from({ length: 3 }, (_, i) => `${String.fromCharCode(65 + i)}A/USDT`);
/** Bars before a watch. In the 12 bars after them, ATC changes several directions. */
export const history = 242;

/** An exchange with so many hours of each symbol; the test disposes it. */
export function hours(count: number): Promise<ExchangeServer> {
  return exchangeServer(
    "binance",
    names.map((symbol) => ({ symbol })),
    start + count * hour,
  );
}

/** Options of a watch whose waits move the clock of the server. */
export function watching(server: ExchangeServer): WatchOptions {
  return {
    ...access(server),
    wait(ms) {
      server.now += ms;
      return Promise.resolve();
    },
  };
}

/** The steps of a watch up to a number of bars of each symbol. */
export async function steps(
  { runtime }: Project,
  server: ExchangeServer,
  bars: number,
  each: (step: WatchStep) => Promise<void> | void = () => undefined,
): Promise<readonly WatchStep[]> {
  const found: WatchStep[] = [];
  for await (const step of watchDataset(runtime, "coins", watching(server))) {
    found.push(step);
    await each(step);
    if ((step.fetched?.manifest.rows ?? 0) >= bars * names.length) break;
  }
  return found;
}

/** The events of steps, as texts. */
export function eventsOf(all: readonly WatchStep[]): readonly string[] {
  return all.flatMap(({ events }) =>
    events.map(({ symbol, time, direction, averageSignal, strength }) =>
      [time, symbol, direction, averageSignal ?? strength].filter((one) => one !== undefined).join(" "),
    ),
  );
}
