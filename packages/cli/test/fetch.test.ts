import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { statfs, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { bin } from "./atc.ts";
import { contentOf, fetchLine, hour, hoursServer } from "./fetch-shop.ts";
import { shop } from "./shop.ts";
import { smallDisk } from "./small-disk.ts";

const names = ["BTC/USDT", "ETH/USDT", "ADA/USDT"];

interface Fetched {
  readonly dataset: string;
  readonly rows: number;
  readonly generation: number;
  readonly symbols: readonly { readonly symbol: string; readonly added: number; readonly error?: { code: string } }[];
}

describe("atc data fetch", () => {
  it("makes a dataset that atc backtest, data info and data update know", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(1500.5, names);
    const run = await shop.atc(...fetchLine(server, ["*/USDT"]));
    expect([run.code, run.stdout]).toEqual([
      0,
      "dataset coins: 4,500 new candles up to 2021-03-04T12:30Z; 4,500 rows of 3 symbols now (generation 1)\n",
    ]);
    expect(run.stderr.split("\n").slice(-3)).toEqual([
      "",
      "next: atc backtest coins, atc data update coins, or atc watch coins",
      "",
    ]);
    const info = await shop.atc("data", "info", "coins");
    expect(info.stdout).toContain("fetched from binance: 1h since 2021-01-01T00:00:00.000Z, 3 symbols (ADA/USDT, BTC");
    expect((await shop.atc("backtest", "coins", "--json")).code).toBe(0);
    server.now += 24 * hour;
    const update = await shop.atc("data", "update", "coins", "--json");
    const [{ rows, generation, symbols }] = update.json<[Fetched]>();
    expect([rows, generation, symbols.map(({ added }) => added)]).toEqual([4572, 2, [24, 24, 24]]);
    expect((await shop.atc("data", "update", "--all")).stdout).toMatch(
      /^dataset coins is up to date at 2021-03-05T12:30Z/,
    );
  });

  it("counts requests with --dry-run, and asks nothing with --offline", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(2500, names);
    const plan = await shop.atc(...fetchLine(server, names), "--dry-run");
    expect(plan.stdout).toMatch(/^3 symbols: ADA.*\nat most 7,500 candles in 9 requests, 1 s at the rate/);
    expect((await shop.atc(...fetchLine(server, names), "--dry-run", "--json")).json()).toMatchObject({ requests: 9 });
    const asked = server.paths.length;
    const offline = await shop.atc(...fetchLine(server, names), "--offline");
    expect([offline.code, offline.stderr]).toEqual([9, expect.stringContaining("(ATC_NETWORK)")]);
    expect([server.requests.length, server.paths.length]).toEqual([0, asked]);
    expect((await shop.atc("data", "list")).stdout).toMatch(/^no dataset/);
  });

  it("lists symbols that fail; only if every one fails, it fails", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(50, names);
    const some = await shop.atc(...fetchLine(server, ["BTC/USDT", "ETH/USD"]));
    expect([some.code, some.stdout]).toEqual([
      0,
      expect.stringMatching(/1 symbol could not be fetched to the end:\n {2}ETH\/USD: .*did you mean "ETH\/USDT"\?/),
    ]);
    const none = await shop.atc(...fetchLine(server, ["ETH/USD"], "other"), "--json");
    expect([none.code, JSON.parse(none.stderr)]).toEqual([
      4,
      expect.objectContaining({ error: expect.objectContaining({ code: "ATC_NOT_FOUND" }) }),
    ]);
  });

  it("reports what is wrong with names and times", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(50, names);
    const line = fetchLine(server, names);
    const changed = (flag: string, value: string): readonly string[] => line.with(line.indexOf(flag) + 1, value);
    const code = async (args: readonly string[]): Promise<readonly [number, string]> => {
      const run = await shop.atc(...args);
      return [run.code, run.stderr];
    };
    expect(await code(changed("--exchange", "binanc"))).toEqual([4, expect.stringContaining('did you mean "binance"')]);
    expect(await code(changed("--timeframe", "90m"))).toEqual([2, expect.stringContaining("1h")]);
    expect(await code(changed("--since", "2031-01-01"))).toEqual([2, expect.stringContaining("since is 2031-01-01")]);
    expect(await code(changed("--since", "soon"))).toEqual([2, expect.stringContaining('--since is "soon"')]);
    expect(await code([...line, "--top", "0"])).toEqual([2, expect.stringContaining('--top is "0"')]);
    expect(await code([...line, "--exchange-option", "x"])).toEqual([2, expect.stringContaining("name=value")]);
    expect(await code([...line, "--exchange-option", "secret=x"])).toEqual([2, expect.stringContaining('"secret"')]);
    expect(await code(["data", "update"])).toEqual([2, expect.stringContaining("--all")]);
    expect(await code(["data", "update", "--all"])).toEqual([4, expect.stringContaining("atc data fetch")]);
    expect(await code(["data", "fetch", "coins"])).toEqual([2, expect.stringContaining("--exchange")]);
    await writeFile(`${shop.path}/bars.csv`, "symbol,timestamp,close\nA,2024-01-01,1\nA,2024-01-02,2\n");
    await shop.atc("ingest", "bars.csv", "--name", "bars");
    expect(await code(["data", "update", "bars"])).toEqual([2, expect.stringContaining("atc data append bars FILE")]);
  });

  it("ends on a full disk, publishes nothing, and continues when there is space", async (context) => {
    const disk = await smallDisk(".cache/mmap", "200k");
    if (disk === undefined) return context.skip("a tmpfs cannot be mounted here");
    await shop.install("source-ccxt");
    await using server = await hoursServer(9000, names);
    const run = await shop.atc(...fetchLine(server, names), "--json");
    expect([run.code, run.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    execFileSync("mount", ["-o", "remount,size=20m", disk]);
    const asked = server.requests.length;
    expect((await shop.atc(...fetchLine(server, names))).code).toBe(0);
    // The pages that were written are kept.
    expect(server.requests.length - asked).toBeLessThan(27);
    const content = await contentOf();
    expect(content).toMatch(/^27000\n/);
    server.now += 9000 * hour;
    const { bsize, blocks, bfree } = await statfs(disk);
    const size = Math.ceil((bsize * (blocks - bfree)) / 1024) + 100;
    execFileSync("mount", ["-o", `remount,size=${size}k`, disk]);
    const update = await shop.atc("data", "update", "coins", "--json");
    expect([update.code, update.stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
    expect(await contentOf()).toBe(content);
    execFileSync("mount", ["-o", "remount,size=20m", disk]);
    expect((await shop.atc("data", "update", "coins")).code).toBe(0);
    expect(await contentOf()).toMatch(/^54000\n/);
  });
});

describe("a fetch that is killed", () => {
  it("continues after its last page, and gives the same dataset; after Ctrl-C it says so", async () => {
    await shop.install("source-ccxt");
    await using server = await hoursServer(2900.5, names);
    const line = fetchLine(server, names);
    let child: ChildProcess | undefined;
    const endedAt = async (page: number, signal: NodeJS.Signals): Promise<readonly [unknown, unknown, string]> => {
      const first = server.requests.length;
      server.fault = ({ number }) => {
        if (number - first === page) child?.kill(signal);
        return number - first >= page ? { slow: 300 } : undefined;
      };
      let stderr = "";
      child = spawn(process.execPath, [bin, ...line], { cwd: shop.path, stdio: ["ignore", "ignore", "pipe"] });
      child.stderr?.on("data", (text: Buffer) => {
        stderr += String(text);
      });
      const [code, by] = await once(child, "close");
      return [code, by, stderr];
    };
    expect(await endedAt(4, "SIGKILL")).toEqual([null, "SIGKILL", expect.any(String)]);
    expect(await endedAt(3, "SIGINT")).toEqual([
      130,
      null,
      expect.stringContaining("pages that were fetched are kept"),
    ]);
    expect((await shop.atc("data", "list", "--json")).json()).toEqual([]);
    server.fault = ({ number }) => (number % 4 === 0 ? { status: 503, retryAfter: "0" } : undefined);
    expect((await shop.atc(...line)).code).toBe(0);
    // 9 pages; each end loses at most the 3 that are under way.
    expect(server.requests.length - server.refused).toBeLessThanOrEqual(9 + 2 * 3);
    const content = await contentOf();
    server.fault = () => undefined;
    await shop.atc(...fetchLine(server, names, "once"));
    expect(await contentOf("once")).toBe(content);
    expect(content).toMatch(/^8700\n/);
  });
});
