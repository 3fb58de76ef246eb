import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { bin } from "./atc.ts";
import { fetchLine, hour, hoursServer } from "./fetch-shop.ts";
import { shop } from "./shop.ts";

const names = ["BTC/USDT", "ETH/USDT", "ADA/USDT"];

describe("atc watch", () => {
  it("prints each change of direction once, as text and as lines of JSON", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(200.5, names);
    await shop.atc(...fetchLine(server, names));
    const first = await shop.atc("watch", "coins", "--once");
    expect([first.code, first.stdout]).toEqual([0, ""]);
    expect(first.stderr).toContain("it reports the changes of direction from the next bar on");
    expect(first.stderr).toMatch(/3 symbols: \d long, \d short/);
    server.now += 100 * hour;
    const events = (await shop.atc("watch", "coins", "--once", "--json")).stdout.trim().split("\n");
    const parsed = events.map((line) => JSON.parse(line) as { symbol: string; time: string; direction: number });
    expect(parsed.length).toBeGreaterThan(1);
    expect(parsed.map(({ time }) => time)).toEqual(parsed.map(({ time }) => time).sort());
    expect(parsed[0]).toMatchObject({ dataset: "coins", symbol: expect.stringMatching(/USDT$/) });
    expect((await shop.atc("watch", "coins", "--once", "--json")).stdout).toBe("");
    server.now += 100 * hour;
    expect((await shop.atc("watch", "coins", "--once")).stdout).toMatch(/Z \w+\/USDT: (long|short|flat) -> /);
    const offline = await shop.atc("watch", "coins", "--once", "--offline", "--json");
    expect([offline.code, JSON.parse(offline.stderr)]).toEqual([
      9,
      { error: expect.objectContaining({ code: "ATC_NETWORK" }) },
    ]);
  });

  it("follows a strategy of the user's, and a file of decisions", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(200.5, names);
    await shop.atc(...fetchLine(server, names));
    await shop.file(
      "mine.mjs",
      `export default { name: "mine", start() {
        let last = 0;
        return { decide({ close }, directions) {
          for (let i = 0; i < close.length; last = close[i++]) directions[i] = close[i] > last ? 1 : -1;
        } };
      } };`,
    );
    const line = ["watch", "coins", "--once", "--strategy", "./mine.mjs", "--threads", "1"];
    expect((await shop.atc(...line)).stderr).toMatch(/3 symbols: \d long, \d short, 0 flat/);
    server.now += 300 * hour;
    const run = await shop.atc(...line, "--json");
    const events = run.stdout.trim().split("\n");
    for (const event of events) {
      const { direction, previous } = JSON.parse(event) as { direction: number; previous: number };
      expect([direction * previous, direction ** 2]).toEqual([-1, 1]);
    }
    expect(events.length).toBeGreaterThan(20);
    expect(events.join()).not.toContain("averageSignal");
    const decided = ["watch", "coins", "--once", "--signals", "decided.csv"];
    const row = (direction: number): string => `2021-01-02,BTC/USDT,${direction}`;
    await shop.file("decided.csv", `timestamp,symbol,direction\n${row(1)}\n`);
    const first = await shop.atc(...decided);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("3 symbols: 1 long, 0 short, 2 flat")]);
    expect(first.stderr).toContain("decided.csv: 2 symbols of the data have no row, so flat: ADA/USDT, ETH/USDT");
    await shop.file(
      "decided.csv",
      `timestamp,symbol,direction\n${names.map((one) => row(2).replace("BTC/USDT", one)).join("\n")}\n`,
    );
    const failed = await shop.atc(...decided);
    expect([failed.code, failed.stderr]).toEqual([3, expect.stringContaining('BTC/USDT: "decided.csv" line 2')]);
    for (const option of ["--strategy", "--signals", "--universe"]) {
      const absent = await shop.atc("watch", "coins", "--once", option, "./absent.csv");
      expect([absent.code, absent.stderr]).toEqual([4, expect.stringContaining("absent.csv")]);
    }
  });

  it("that is killed or interrupted misses and repeats nothing", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(200.5, names);
    await shop.atc(...fetchLine(server, names));
    await shop.atc("watch", "coins", "--once");
    const printed: string[] = [];
    const start = (...args: string[]): { readonly child: ChildProcess; readonly errors: () => string } => {
      let errors = "";
      const child = spawn(process.execPath, [bin, "watch", "coins", ...args], { cwd: shop.path });
      child.stdout?.on("data", (text: Buffer) => printed.push(String(text)));
      child.stderr?.on("data", (text: Buffer) => {
        errors += String(text);
      });
      return { child, errors: () => errors };
    };
    server.now += 120 * hour;
    let killed: ChildProcess | undefined;
    server.fault = ({ symbol }) => {
      if (symbol === "ETH/USDT") killed?.kill("SIGKILL");
      return undefined;
    };
    killed = start("--once", "--json").child;
    const [, signal] = await once(killed, "close");
    expect([signal, printed]).toEqual(["SIGKILL", []]);
    server.fault = () => undefined;
    const { child, errors } = start("--json", "--quiet");
    const ended = once(child, "close");
    await once(child.stdout as Readable, "data");
    child.kill("SIGINT");
    expect((await ended)[0]).toBe(130);
    expect(errors()).toContain("the state is kept");
    // One watch over the same bars, from the state of before.
    await shop.atc(...fetchLine(server, names, "again"));
    const all = await shop.atc("signals", "again", "--symbols", "BTC/USDT", "-o", "again.csv");
    expect(all.code).toBe(0);
    const rows = (await readFile(`${shop.path}/again.csv`, "utf8")).trim().split("\n");
    const column = rows[0]?.split(",").indexOf("Direction") ?? -1;
    const directions = rows.slice(1).map((row) => Number(row.split(",")[column]));
    const wanted = directions.flatMap((direction, i) =>
      i >= 200 && direction !== directions[i - 1] ? [direction] : [],
    );
    const events = printed
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofSymbol = events.filter(({ symbol }) => symbol === "BTC/USDT").map(({ direction }) => direction);
    expect(wanted.length).toBeGreaterThan(0);
    expect(ofSymbol).toEqual(wanted);
    expect((await shop.atc("watch", "coins", "--once")).stdout).toBe("");
  });
});
