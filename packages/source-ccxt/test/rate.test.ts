import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newOwner } from "@atc/plugin-kit";
import { exchangeServer } from "@atc/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { rateFolder, rateShare } from "../src/requests/rate-share.ts";
import { hour, marketOf, pagesOf, rowsOf, start } from "./collected.ts";

describe("the seconds of a page", () => {
  it.each([
    // ccxt counts a request for candles of Binance as 0.4.
    ["binance", 0.4],
    ["coinbaseexchange", 1],
  ] as const)("of %s follow from its rate and what the request costs, and nothing is asked for", async (name, cost) => {
    await using server = await exchangeServer(name, [{ symbol: "BTC/USDT" }], start + 10 * hour);
    await using market = await marketOf(server, name, { settings: { ...server.settings, rateLimit: 5 } });
    const seconds = await market.pageSeconds("BTC/USDT", "1h");
    expect(seconds).toBeCloseTo((cost * 5) / 0.9 / 1000, 9);
    expect(server.requests).toHaveLength(0);
    // What is only measured does not keep a later request from being sent.
    expect(rowsOf(await pagesOf(market))).toHaveLength(10);
  });
});

describe("the rate of an exchange", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "atc-rate-")), "binance");
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(join(folder, ".."), { recursive: true, force: true });
  });

  it("is divided among those that ask at the moment, and no longer after a pause", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using first = rateShare(folder);
    await using second = rateShare(folder);
    expect(await first.asking()).toBe(1);
    await first.during(async () => {
      expect(await first.asking()).toBe(1);
      await second.during(async () => {
        // A process whose clock is wrong counts too.
        vi.setSystemTime(Date.now() + 365 * 24 * hour);
        expect(await first.asking()).toBe(2);
        expect(await second.asking()).toBe(2);
      });
      // Its next request may follow at once.
      expect(await first.asking()).toBe(2);
      await expect.poll(() => readdir(folder), { timeout: 60_000 }).toHaveLength(1);
      expect(await first.asking()).toBe(1);
      await second.during(async () => {
        expect(await first.asking()).toBe(2);
      });
    });
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not divided with a process that was killed, nor with one that got its id", async () => {
    const child = fork(fileURLToPath(new URL("asking-process.mjs", import.meta.url)), [folder]);
    await once(child, "message");
    const share = rateShare(folder);
    await share.during(async () => {
      expect(await share.asking()).toBe(2);
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(await share.asking()).toBe(1);
      if (process.platform === "linux") await writeFile(join(folder, newOwner().replace(/s\d+$/, "s1")), "");
      expect(await share.asking()).toBe(1);
      expect(await readdir(folder)).toHaveLength(1);
    });
    await share[Symbol.asyncDispose]();
  });

  it("is used whole if its folder cannot be written", async () => {
    await mkdir(join(folder, ".."), { recursive: true });
    await writeFile(folder, "");
    await using share = rateShare(folder);
    expect(await share.during(() => share.asking())).toBe(1);
  });

  it("is that of an address: another host has another", () => {
    const folders = ["bybit.com", "bytick.com"].map((hostname) => rateFolder({ hostname, urls: {} }, "bybit"));
    expect(new Set(folders).size).toBe(2);
    expect(rateFolder({ hostname: "bybit.com", urls: {} }, "bybit")).toBe(folders[0]);
  });

  it("bounds the requests of two markets together", async () => {
    await using server = await exchangeServer("binance", [{ symbol: "BTC/USDT" }], start + 9000 * hour);
    const settings = { ...server.settings, rateLimit: 250 };
    await using first = await marketOf(server, "binance", { settings });
    await using second = await marketOf(server, "binance", { settings });
    const found = await Promise.all([pagesOf(first), pagesOf(second)]);
    expect(found.map((pages) => rowsOf(pages).length)).toEqual([9000, 9000]);
    expect(server.requests).toHaveLength(18);
    expect(server.mostPerSecond()).toBeLessThanOrEqual(1000 / (250 * 0.4));
  });
});
