import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from "node:fs/promises";
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
    expect(existsSync(folder)).toBe(false);
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

  it("is divided also if markets come and go at the same time, which removes their folder", async () => {
    const shares = Array.from({ length: 8 }, () => rateShare(folder));
    let leaving: readonly (typeof shares)[number][] = [];
    for (let round = 0; round < 40; round++) {
      const coming = shares.filter((_, place) => place % 2 === round % 2);
      const left = Promise.all(leaving.map((share) => share[Symbol.asyncDispose]()));
      const inside = new Set<unknown>();
      const counts = coming.map((share) =>
        share.during(async () => {
          inside.add(share);
          while (inside.size < coming.length) await new Promise(setImmediate);
          await left;
          return await share.asking();
        }),
      );
      expect(await Promise.all(counts)).toEqual(coming.map(() => coming.length));
      leaving = coming;
    }
    await Promise.all(leaving.map((share) => share[Symbol.asyncDispose]()));
  });

  it("is divided with one whose folder another process removed before it could write there", async () => {
    const share = rateShare(folder);
    let removed = 0;
    let isListed = false;
    const removing = (async () => {
      while (removed < 2 && !isListed) {
        // Fails until the share has made the folder, and once it has a file in it.
        await rmdir(folder).then(
          () => removed++,
          () => new Promise(setImmediate),
        );
      }
    })();
    await share.during(async () => {
      isListed = true;
      await removing;
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
