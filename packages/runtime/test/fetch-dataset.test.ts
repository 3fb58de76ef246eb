import { readdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AtcError, type Progress } from "@atc/contract";
import { type ExchangeServer, exchangeServer } from "@atc/testing";
import { describe, expect, it } from "vitest";
import { datasetInfo, ingestFile, type Runtime } from "../src/index.ts";
import { datasetRecipe, fetchDataset, planFetch, updateDataset } from "../src/market.ts";
import { access, hour, project, start, storedRows, truthOf } from "./fetched-data.ts";

const names = ["BTC/USDT", "ETH/USDT", "ADA/USDT"];
const sorted = ["ADA/USDT", "BTC/USDT", "ETH/USDT"];

function serverOf(hours: number, symbols = names): Promise<ExchangeServer> {
  return exchangeServer(
    "binance",
    symbols.map((symbol) => ({ symbol })),
    start + hours * hour,
  );
}

/** The size of the largest file below a folder whose name ends so; 0 without one. */
function largestOf(folder: string, ending: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(ending));
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).size));
}

describe("fetchDataset", () => {
  it("stores the closed candles of all symbols, with the recipe", async () => {
    await using server = await serverOf(2500.5);
    await using folder = await project();
    const { manifest, changed, symbols, until } = await folder.fetch(server, names);
    expect({ changed, until, rows: manifest.rows }).toEqual({ changed: true, until: server.now, rows: 7500 });
    expect(symbols).toEqual(sorted.map((symbol) => ({ symbol, added: 2500, revised: 0, isDelisted: false })));
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    expect(server.requests).toHaveLength(9);
    expect(await datasetRecipe(folder.runtime, "coins")).toMatchObject({
      exchange: "binance",
      timeframe: "1h",
      since: start,
      symbols: sorted,
      delisted: [],
    });
    const { report } = await datasetInfo(folder.runtime, "coins");
    expect(report.totals).toMatchObject({ gaps: 0, duplicates: 0 });
  });

  it("takes patterns, and the symbols of the largest volume", async () => {
    const symbols = [
      { symbol: "BTC/USDT", dayVolume: 9 },
      { symbol: "ETH/USDT", dayVolume: 5 },
      { symbol: "ADA/USDT", dayVolume: 7 },
      { symbol: "BTC/EUR", dayVolume: 8 },
      { symbol: "OLD/USDT", dayVolume: 99, delisted: start },
    ];
    await using server = await exchangeServer("binance", symbols, start + 10 * hour);
    await using folder = await project();
    const { manifest } = await folder.fetch(server, ["*/USDT"], { top: 2 });
    expect(manifest.series.map(({ symbol }) => symbol)).toEqual(["ADA/USDT", "BTC/USDT"]);
    await expect(folder.fetch(server, ["*/USDC"])).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "*/USDT"?'),
    });
    await expect(folder.fetch(server, [])).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
    await expect(folder.fetch(server, names, { top: 0 })).rejects.toMatchObject({ code: "ATC_INVALID_ARGUMENT" });
  });

  it("lists a symbol that fails, and stores the others", async () => {
    await using server = await serverOf(1500);
    await using folder = await project();
    server.fault = ({ symbol, since = 0 }) => {
      if (symbol !== "ETH/USDT" || since === start) return undefined;
      return { rows: (rows) => rows.map((row, i) => (i === 3 ? (row as readonly unknown[]).with(4, "-1") : row)) };
    };
    const { symbols, manifest } = await folder.fetch(server, [...names, "BTC/USD"]);
    expect(symbols.map(({ symbol, added, error }) => [symbol, added, error?.code])).toEqual([
      ["ADA/USDT", 1500, undefined],
      ["BTC/USD", 0, "ATC_NOT_FOUND"],
      ["BTC/USDT", 1500, undefined],
      ["ETH/USDT", 1000, "ATC_INVALID_DATA"],
    ]);
    expect(symbols[1]?.error?.message).toContain('did you mean "BTC/USDT"?');
    expect(manifest.rows).toBe(4000);
    server.fault = () => undefined;
    const later = await updateDataset(folder.runtime, "coins", access(server));
    // A symbol that the exchange never had is not asked for again.
    expect(later.symbols.map(({ symbol, added }) => [symbol, added])).toEqual([
      ["ADA/USDT", 0],
      ["BTC/USDT", 0],
      ["ETH/USDT", 500],
    ]);
  });

  it("fails with the error of the first symbol if every one fails, and publishes nothing", async () => {
    await using server = await serverOf(1500);
    await using folder = await project();
    server.fault = ({ since }) => (since === start ? undefined : { status: 503 });
    await expect(folder.fetch(server, names, { attempts: 2 })).rejects.toMatchObject({ code: "ATC_NETWORK" });
    expect(await folder.runtime.store.list()).toEqual([]);
    server.fault = () => undefined;
    const asked = server.requests.length;
    await folder.fetch(server, names);
    // The first page of each symbol is kept.
    expect(server.requests.length - asked).toBe(3);
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
  });

  it("continues after the pages of an aborted run", async () => {
    await using server = await serverOf(4500);
    await using folder = await project();
    const controller = new AbortController();
    server.fault = ({ number }) => {
      if (number === 7) controller.abort();
      return undefined;
    };
    await expect(folder.fetch(server, names, { signal: controller.signal })).rejects.toMatchObject({
      code: "ATC_ABORTED",
    });
    server.fault = () => undefined;
    await folder.fetch(server, names);
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    // Of the 15 pages, at most those that were under way are asked for twice.
    expect(server.requests.length).toBeLessThanOrEqual(15 + 3);
  });

  it("fetches the last candles of an aborted run again, because the exchange may have revised them since", async () => {
    await using server = await serverOf(2500);
    await using folder = await project();
    const controller = new AbortController();
    const [first] = sorted as [string];
    server.fault = ({ symbol, since = 0 }) => {
      if (symbol === first || since < start + 1000 * hour) return undefined;
      // The others wait at their second page until the first symbol is kept to its end.
      if (largestOf(folder.runtime.config.dataDir, ".candles") > 2500 * 48) controller.abort();
      return { status: 503, retryAfter: "0.02" };
    };
    const aborted = folder.fetch(server, names, { signal: controller.signal, attempts: 10_000 });
    await expect(aborted).rejects.toMatchObject({ code: "ATC_ABORTED" });
    // The first requests wait again, which the user sees.
    let refusals = 2 * names.length;
    server.fault = () => (refusals-- > 0 ? { status: 503, retryAfter: "0.1" } : undefined);
    server.candles.revise(first, start + 2498 * hour);
    server.now += 2 * hour;
    const reports: Progress[] = [];
    await folder.fetch(server, names, { onProgress: (report) => reports.push(report) });
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    // What the aborted run fetched does not count, or the remaining time would be wrong.
    const fetching = reports.filter(({ phase }) => phase === "fetching");
    expect(fetching.at(-1)).toMatchObject({ done: 5 + 2 * 1505, total: 5 + 2 * 1505, unit: "bars" });
    expect(fetching.map(({ note }) => note)).toContainEqual(
      expect.stringMatching(/^waits 1 s after HTTP 503, 0 of 3 symbols, \w+\/USDT$/),
    );
  });

  it("adds symbols to its dataset, and refuses another recipe or a dataset that was not fetched", async () => {
    await using server = await serverOf(50);
    await using folder = await project();
    await folder.fetch(server, ["BTC/USDT"]);
    const { symbols } = await folder.fetch(server, ["ETH/USDT"]);
    expect(symbols.map(({ symbol, added }) => [symbol, added])).toEqual([
      ["BTC/USDT", 0],
      ["ETH/USDT", 50],
    ]);
    expect(await folder.fetch(server, ["ETH/USDT"])).toMatchObject({ changed: false, manifest: { generation: 2 } });
    for (const other of [{ timeframe: "1d" }, { since: start + hour }, { exchange: "coinbaseexchange" }])
      await expect(folder.fetch(server, names, other)).rejects.toMatchObject({
        code: "ATC_INVALID_ARGUMENT",
        details: { dataset: "coins" },
      });
    await writeFile(`${folder.cwd}/bars.csv`, "symbol,timestamp,close\nA,2024-01-01,1\nA,2024-01-02,2\n");
    await ingestFile(folder.runtime, "bars.csv", { name: "bars" });
    await expect(updateDataset(folder.runtime, "bars")).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      message: expect.stringContaining("atc data append bars FILE"),
    });
    await expect(updateDataset(folder.runtime, "coin")).rejects.toMatchObject({ code: "ATC_NOT_FOUND" });
    // Files do not replace fetched rows without a word.
    await expect(ingestFile(folder.runtime, "bars.csv", { name: "coins" })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
    });
  });

  it("counts requests before it asks", async () => {
    await using server = await serverOf(2500.5);
    await using folder = await project();
    const wish = { ...access(server), symbols: names, timeframe: "1h", since: start };
    const plan = await planFetch(folder.runtime, wish);
    expect(plan).toMatchObject({ candles: 7500, requests: 9, bytes: 360_000 });
    // Each request for candles costs 0.4 of the 1 ms that these tests allow, of which 90 % are used.
    const long = await planFetch(folder.runtime, { ...wish, timeframe: "1m", since: 0 });
    expect(long.requests).toBeGreaterThan(80_000);
    expect(long.seconds).toBe(Math.ceil((long.requests * 0.4) / 0.9 / 1000));
    expect(server.requests).toHaveLength(0);
    for (const [timeframe, meant] of Object.entries({ "7h": "8h", "1hour": "1h", "60m": "1h" })) {
      const expected = { code: "ATC_INVALID_ARGUMENT", message: expect.stringContaining(`did you mean "${meant}"?`) };
      await expect(planFetch(folder.runtime, { ...wish, timeframe })).rejects.toMatchObject(expected);
      await expect(folder.fetch(server, names, { timeframe })).rejects.toMatchObject(expected);
    }
    await expect(planFetch(folder.runtime, { ...wish, symbols: ["BTC/USTD"] })).rejects.toMatchObject({
      code: "ATC_NOT_FOUND",
      message: expect.stringContaining('did you mean "BTC/USDT"?'),
    });
  });

  it("refuses a start in the future and a second run at the same time", async () => {
    await using server = await serverOf(10);
    await using folder = await project();
    await expect(folder.fetch(server, names, { since: start + 11 * hour })).rejects.toMatchObject({
      code: "ATC_INVALID_ARGUMENT",
      details: { option: "since" },
    });
    await using _ = await folder.runtime.store.lock("coins");
    await expect(folder.fetch(server, names)).rejects.toMatchObject({ code: "ATC_LOCKED" });
  });
});

describe("updateDataset", () => {
  it("appends what one fetch of all days has, and replaces what the exchange revised", async () => {
    await using server = await serverOf(100.25);
    await using folder = await project();
    await folder.fetch(server, names);
    const notes: string[] = [];
    for (let day = 0; day < 3; day++) {
      server.now += 24 * hour;
      // One of the last 3 stored candles of a symbol.
      if (day === 1) server.candles.revise("ETH/USDT", start + (100 + 24 - 2) * hour);
      const result = await updateDataset(folder.runtime, "coins", access(server));
      notes.push(...result.notes);
      expect(result.symbols.map(({ added }) => added)).toEqual([24, 24, 24]);
      expect(result.symbols[2]?.revised).toBe(day === 1 ? 1 : 0);
    }
    for (const symbol of names) expect(await storedRows(folder.runtime, symbol)).toEqual(truthOf(server, symbol));
    expect(notes).toEqual([expect.stringMatching(/^binance revised 1 stored candle of ETH\/USDT by 2021-01-0\d/)]);
    const { report } = await datasetInfo(folder.runtime, "coins");
    expect(report.notes).toEqual(notes);
    // A fetch of everything at once has the same content.
    await using once = await project();
    const { manifest } = await once.fetch(server, names);
    expect((await folder.runtime.store.find("coins"))?.content).toBe(manifest.content);
  });

  it("does nothing if no candle was closed since", async () => {
    await using server = await serverOf(100.25);
    await using folder = await project();
    const { manifest } = await folder.fetch(server, names);
    const { changed, manifest: same } = await updateDataset(folder.runtime, "coins", access(server));
    expect([changed, same.generation]).toEqual([false, manifest.generation]);
  });

  it("keeps and marks a symbol that is delisted, and asks for it no more", async () => {
    const symbols = [{ symbol: "BTC/USDT" }, { symbol: "OLD/USDT", delisted: start + 60 * hour }];
    await using server = await exchangeServer("binance", symbols, start + 50 * hour);
    await using folder = await project();
    await folder.fetch(server, ["BTC/USDT", "OLD/USDT"]);
    server.now += 50 * hour;
    const first = await updateDataset(folder.runtime, "coins", access(server));
    expect(first.symbols[1]).toMatchObject({ symbol: "OLD/USDT", added: 10, isDelisted: true });
    expect(first.notes).toEqual(["binance no longer trades OLD/USDT; the rows stay"]);
    server.now += 50 * hour;
    const asked = server.requests.length;
    await updateDataset(folder.runtime, "coins", access(server));
    expect(server.requests.slice(asked).map(({ symbol }) => symbol)).toEqual(["BTC/USDT"]);
    expect(await storedRows(folder.runtime, "OLD/USDT")).toHaveLength(60);
  });

  it("refuses a recipe of another version, and one that lacks a member", async () => {
    await using server = await serverOf(50);
    await using folder = await project();
    await folder.fetch(server, ["BTC/USDT"]);
    const { store } = folder.runtime;
    const rewrite = async (recipe: Readonly<Record<string, string | number>>): Promise<void> => {
      await using lock = await store.lock("coins");
      if (store.append === undefined) throw new AtcError("ATC_UNSUPPORTED", "the store cannot append");
      await using writer = await store.append(lock, { fingerprint: "other", series: [] });
      await writer.publish({ recipe });
    };
    await rewrite({ version: 2 });
    await expect(updateDataset(folder.runtime, "coins")).rejects.toMatchObject({
      code: "ATC_UNSUPPORTED",
      message: expect.stringContaining('the version "2"'),
    });
    await rewrite({ version: 1, market: "ccxt" });
    await expect(updateDataset(folder.runtime, "coins")).rejects.toMatchObject({ code: "ATC_CORRUPT_DATA" });
  });

  it("names the line that installs what is missing", async () => {
    await using server = await serverOf(50);
    await using folder = await project();
    const host: Runtime["host"] = {
      ...folder.runtime.host,
      find: () => Promise.reject(new AtcError("ATC_MISSING_PLUGIN", "absent")),
    };
    const wish = { ...access(server), symbols: names, timeframe: "1h", since: start };
    await expect(fetchDataset({ ...folder.runtime, host }, "coins", wish)).rejects.toMatchObject({
      code: "ATC_MISSING_PLUGIN",
      message: expect.stringMatching(/install both with: .*@atc\/source-ccxt ccxt$/),
    });
  });
});
