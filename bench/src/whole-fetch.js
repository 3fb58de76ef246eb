import { openRuntime } from "@atc/runtime";
import { fetchDataset, updateDataset } from "@atc/runtime/market";
import { exchangeServer, mixedFaults } from "@atc/testing";
import { differenceOf, hour, leastPages, projectIn, start, symbolsOf, truthOf, withAll } from "./exchange-market.js";

/** Requests for candles per second that Binance allows, as ccxt knows them: 50 ms for a unit. They cost 0.4 of one. */
const allowedPerSecond = 1000 / (50 * 0.4);

/**
 * Fetches all candles of a faulty exchange at the rate that it allows, and updates after it has revised some and others
 * were closed. Returns the figures and the faults. The pages have a bound if `isBounded`: each empty month costs a part
 * of one, which is much of few pages.
 */
export async function wholeFetch({ folder, symbols, candles, isBounded }) {
  const server = await exchangeServer("binance", symbolsOf(symbols, candles), start + (candles + 0.5) * hour);
  server.fault = mixedFaults();
  const runtime = await openRuntime({ cwd: projectIn(folder), env: {} });
  return await withAll([server, runtime], () => fetchAndUpdate({ server, runtime, isBounded }));
}

async function fetchAndUpdate({ server, runtime, isBounded }) {
  const faults = [];
  const check = (isRight, fault) => {
    if (!isRight) faults.push(fault);
  };
  const wish = { exchange: "binance", settings: server.settings, timeframe: "1h", since: start, firstWait: 10 };
  const startedAt = performance.now();
  const { manifest } = await fetchDataset(runtime, "coins", {
    ...wish,
    symbols: server.candles.symbols.map(({ symbol }) => symbol),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const least = leastPages(server);
  const { refused } = server;
  const answered = server.requests.length - refused;
  const difference = await differenceOf(runtime, "coins", server);
  check(difference === undefined, `the dataset differs from the exchange: ${difference}`);
  check(!isBounded || answered <= 1.01 * least, `${answered} pages were answered, and ${least} would do`);
  const perSecond = server.mostPerSecond();
  check(perSecond <= allowedPerSecond, `${perSecond} requests came in a second, and ${allowedPerSecond} are allowed`);

  const [first] = server.candles.symbols;
  server.candles.revise(first.symbol, truthOf(server, first.symbol).at(-2)[0]);
  server.now += 24 * hour;
  const update = await updateDataset(runtime, "coins", { firstWait: 10 });
  const after = await differenceOf(runtime, "coins", server);
  check(after === undefined, `the updated dataset differs from the exchange: ${after}`);
  check(update.symbols[0].revised === 1, `${update.symbols[0].revised} candles were replaced instead of 1`);
  check(update.notes.length === 1, `there are ${update.notes.length} notes instead of 1`);
  return {
    figures: {
      symbols: server.candles.symbols.length,
      candles: manifest.rows,
      "least pages": least,
      "pages answered": answered,
      "above, %": +((100 * (answered - least)) / least).toFixed(2),
      "refused or cut": refused,
      "most per second": perSecond,
      "allowed per second": allowedPerSecond,
      "elapsed, s": +seconds.toFixed(1),
    },
    faults,
  };
}
