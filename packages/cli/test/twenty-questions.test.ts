import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Run, type Workshop, workshop } from "./atc.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, table = ""] = /<!-- questions -->(.*?)<!-- \/questions -->/s.exec(readme) ?? [];
/** The questions of the README with the commands that answer them. */
const rows = Array.from(table.matchAll(/^\| (.+?) \| `atc (.+?)` \|$/gm), ([, question = "", command = ""]) => ({
  question,
  args: command.split(" "),
}));

/** Bars of every weekday from 2018 on, with a row that cannot be read. */
function bars(): string {
  const lines = ["Date,Ticker,Open,High,Low,Close,Volume"];
  const paces = { AAPL: 11, MSFT: 13, KO: 17, IBM: 19, GE: 23, XOM: 29, F: 31 };
  for (const [symbol, pace] of Object.entries(paces)) {
    let open = 100;
    for (let day = 0; day < 1000; day++) {
      const date = new Date(Date.UTC(2018, 0, 1) + day * 86_400_000);
      if (date.getUTCDay() % 6 === 0) continue;
      const close = Number((100 + 30 * Math.sin(day / pace) + 8 * Math.sin(day / 3.3 + pace)).toFixed(3));
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      lines.push([date.toISOString().slice(0, 10), symbol, open, high, low, close, 10].join());
      open = close;
    }
  }
  lines.splice(50, 0, "2018-03-10,AAPL,n/a,1,1,1,10");
  return `${lines.join("\n")}\n`;
}

let shop: Workshop;
beforeAll(async () => {
  shop = await workshop();
  await shop.install("cli", "codec-blosc", "codec-zstd", "source-duckdb");
  await shop.file("bars.csv", bars());
  await shop.file("today.csv", "Date,Ticker,Open,High,Low,Close,Volume\n2020-10-01,AAPL,100,101,99,100,5\n");
});
afterAll(() => shop[Symbol.asyncDispose]());

const path = (name: string): string => join(shop.path, name);
const textOf = (name: string): Promise<string> => readFile(path(name), "utf8");
/** The numbers of a row of a table, by the titles of its columns. */
function cells({ stdout }: Run, name: string): Readonly<Record<string, string>> {
  const lines = stdout.split("\n");
  const titles =
    lines
      .find((line) => line.includes("buy & hold"))
      ?.trim()
      .split(/ {2,}/) ?? [];
  const values =
    lines
      .find((line) => line.startsWith(`${name} `))
      ?.trim()
      .split(/ {2,}/)
      .slice(1) ?? [];
  return Object.fromEntries(titles.map((title, i) => [title, values[i] ?? ""]));
}
const share = (text: string | undefined): number => Number.parseFloat(text ?? "");

/** What must be in the answers, in the order of the README. */
const answers: readonly ((run: Run) => unknown)[] = [
  ({ stdout }) => {
    expect(stdout).toContain('read timestamp from "Date" (calendar dates), symbol from "Ticker", open from "Open"');
    expect(stdout).toContain("columns: timestamp timestamp[ms], open float64");
    expect(stdout).toContain("times are calendar dates");
    expect(stdout).toMatch(/1 bad row \(1 not a number\)\n {2}line 51, Open: "n\/a"/);
  },
  ({ stdout }) => {
    for (const symbol of ["AAPL", "F", "GE", "IBM", "KO", "MSFT", "XOM"])
      expect(stdout).toMatch(
        new RegExp(`^${symbol} +2020-09-25 +[\\d.]+ +[-+]?\\d\\.\\d\\d +(?:long|short) +2020-`, "m"),
      );
  },
  async () => {
    const [head = "", ...lines] = (await textOf("aapl.csv")).trimEnd().split("\n");
    expect(head.split(",")).toEqual(expect.arrayContaining(["timestamp", "Average_Signal", "Direction"]));
    expect(lines).toHaveLength(715);
  },
  (run) => {
    const portfolio = cells(run, "portfolio");
    expect(share(portfolio["before costs"])).toBeGreaterThan(share(portfolio["return"]));
    expect(portfolio["buy & hold"]).toMatch(/^[-+]?\d+\.\d %$/);
  },
  (run) => {
    const returns = Object.entries(
      Object.fromEntries(
        ["AAPL", "F", "GE", "IBM", "KO", "MSFT", "XOM"].map((name) => [name, share(cells(run, name)["return"])]),
      ),
    );
    returns.sort(([, a], [, b]) => b - a);
    expect(run.stdout).toMatch(
      new RegExp(`^best: {2}${returns[0]?.[0]} .*, ${returns[1]?.[0]} .*\nworst: ${returns[6]?.[0]} `, "m"),
    );
  },
  ({ stdout }) => expect(stdout).toContain("fee 2 bps"),
  (run) => {
    expect(run.stdout).toContain("3 of 7 symbols (AAPL, KO, MSFT)");
    expect(run.stdout).toContain("traded from 2020-01-01");
    expect(run.stdout).not.toMatch(/^IBM /m);
  },
  async () => {
    const [head, first = ""] = (await textOf("trades.csv")).split("\n");
    expect(head).toMatch(/^symbol,.*entry.*exit/i);
    expect(first).toMatch(/^AAPL,.*2018-/);
  },
  ({ stdout }) => {
    expect(stdout).toMatch(/^feeBps +10 +default$/m);
    expect(stdout).toMatch(/^side +both +default$/m);
  },
  ({ stdout, stderr }) => {
    expect(stdout).toMatch(/\d+ files, [\d.]+ kB \(at most 1\.07 GB in 100,000 files\)/);
    expect(stderr).toContain("atc cache clear removes all of it");
  },
  ({ stdout }) => {
    expect(stdout).toMatch(/the nearest others, of .*Z, differ:\n {2}feeBps was 10 and is 2/);
  },
  ({ stdout }) => {
    for (const part of [
      JSON.stringify(path(".cache/mmap")),
      JSON.stringify(path(".cache/atc")),
      "def rows(",
      "def entries(",
    ])
      expect(stdout).toContain(part);
  },
  ({ stdout }) => expect(stdout).toMatch(/1 (?:row|new)/),
  ({ stdout }) => expect(stdout).toMatch(/dataset weeks was written: [\d,]+ bars, 7 symbols\nbars of 1w/),
  async () => expect((await readFile(path("stocks.parquet"))).subarray(0, 4).toString()).toBe("PAR1"),
  async () => expect((await shop.cached()).some((file) => file.endsWith(".npz.blosc"))).toBe(true),
  ({ code, stdout }) => {
    expect(code).toBe(5);
    expect(stdout).toMatch(/^FAULT +compression .*@atc\/codec-lz4/m);
  },
  async () => {
    await mkdir(path("my-backtest/node_modules/@atc"), { recursive: true });
    const runtime = fileURLToPath(new URL("../../runtime", import.meta.url));
    await symlink(runtime, path("my-backtest/node_modules/@atc/runtime"), "junction");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["backtest.mjs", "../bars-of-mine.csv"], {
      cwd: path("my-backtest"),
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^MINE: \d+ trades, equity at the end [\d.]+$/m);
  },
  ({ stdout }) => {
    expect(stdout).toContain("src/index.ts");
    expect(stdout).toContain("compressionAlgorithm: my-codec");
  },
  ({ stdout, stderr }) => {
    expect(stdout).toContain(`${path(".cache/mmap")}: 2 datasets`);
    expect(stdout).toMatch(/^stocks .*bars\.csv$/m);
    expect(stderr).toContain("atc data rm NAME deletes it");
  },
];

/** What some commands need before. */
const before: Readonly<Record<string, () => Promise<unknown>>> = {
  doctor: () => writeFile(path("atc.yaml"), "useCompression: true\ncompressionAlgorithm: lz4\n"),
  "init program my-backtest": async () => {
    await rm(path("atc.yaml"));
    const closes = Array.from({ length: 200 }, (_, i) => 100 + 20 * Math.sin(i / 9));
    const lines = closes.map(
      (close, i) => `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString()},MINE,${close.toFixed(2)}`,
    );
    await shop.file("bars-of-mine.csv", `timestamp,symbol,close\n${lines.join("\n")}\n`);
  },
};

describe("twenty questions, each answered by one command of the README", () => {
  it("are twenty", () => {
    expect([rows.length, answers.length]).toEqual([20, 20]);
  });

  it.each(rows.map(({ question, args }, i) => [question, args, answers[i]] as const))("%s", async (_, args, answer) => {
    await before[args.join(" ")]?.();
    const run = await shop.atc(...args);
    if (args[0] !== "doctor") expect(run.code, run.stderr).toBe(0);
    await answer?.(run);
    // The command is in the help, too, with its options.
    const words = args.filter((word, at) => at < 2 && /^[a-z]+$/.test(word) && !word.endsWith("stocks"));
    const help = await shop.atc(...words, "--help");
    const keys = await shop.atc(...words, "--help-config");
    for (const flag of args.filter((word) => word.startsWith("-")))
      expect(help.stdout + keys.stdout).toMatch(
        new RegExp(`(?:^|[ ,\\]])${flag.replace("--", "--(?:\\[no-\\])?")}\\b`, "m"),
      );
    const list = await shop.atc(...words.slice(0, -1), "--help");
    expect(list.stdout).toMatch(new RegExp(`^ {2}${words.at(-1)} `, "m"));
  });
});
