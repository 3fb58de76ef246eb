import { configKeys } from "@atc/runtime";
import { describe, expect, it } from "vitest";
import { barsCsv, runAtc } from "./atc.ts";
import { errorOf, shop } from "./shop.ts";

const commands = [
  "demo",
  "ingest",
  "backtest",
  "signals",
  "walk-forward",
  "validate",
  ...["list", "info", "rm", "prune", "verify", "compact", "append", "resample", "export", "sources"].map(
    (name) => `data ${name}`,
  ),
  ...["stats", "warm", "list", "verify", "prune", "clear"].map((name) => `cache ${name}`),
  "codec bench",
  "config",
  "doctor",
];

describe.each(commands)("atc %s", (name) => {
  it("lists its own options with --help, and the configuration keys with --help-config", async () => {
    const help = await shop.atc(...name.split(" "), "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("--help-config");
    expect(help.stdout).not.toContain("--ema-length");
    const keys = await shop.atc(...name.split(" "), "--help-config");
    expect([keys.code, keys.stderr]).toEqual([0, ""]);
    expect(keys.stdout).toContain(`atc ${name} `);
    expect(keys.stdout).toContain("--data-dir <value>");
    expect(keys.stdout).not.toContain("--quiet");
    expect(help.stdout.split("\n").length).toBeLessThan(85);
  });
});

it("--help-config lists the keys that the command uses", async () => {
  const all = (await shop.atc("backtest", "--help-config")).stdout;
  for (const { flag, kind } of configKeys)
    expect(all).toContain(kind === "boolean" ? `--[no-]${flag.slice(2)}` : `${flag} <`);
  expect((await shop.atc("cache", "clear", "--help-config")).stdout).not.toContain("--fee-bps");
});

it("help COMMAND SUBCOMMAND is the help of the subcommand", async () => {
  const run = await shop.atc("help", "data", "export");
  expect([run.code, run.stdout]).toEqual([0, (await shop.atc("data", "export", "--help")).stdout]);
  expect((await shop.atc("help", "data", "exprt")).stderr).toContain('did you mean "export"?');
});

it("weights are an option, a variable and a key of a file, and are shown as an option takes them", async () => {
  const shown = async (...args: readonly string[]): Promise<string | undefined> =>
    /^weights +(.*)$/m.exec((await shop.atc("config", "--account", "shared", ...args)).stdout)?.[1];
  const weights = 'AAA=0.5,"B,B"=0.25';
  expect(await shown("--weights", weights)).toMatch(/^AAA=0.5,"B,B"=0.25 +--weights$/);
  await shop.file("atc.yaml", "weights: { 0700: 1, AAA: 0.5 }\n");
  expect(await shown()).toMatch(/^0700=1,AAA=0.5 +.*atc.yaml:1$/);
  const { config } = (await shop.atc("config", "--json", "--weights", weights)).json<{ config: object }>();
  expect(config).toMatchObject({ weights: { AAA: 0.5, "B,B": 0.25 } });
});

it("--help-config fits 80 columns", async () => {
  const { stdout } = await runAtc(shop.path, ["backtest", "--help-config"], { COLUMNS: "80" });
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/^Protective exits:$/m);
});

describe("a boolean key", () => {
  const mapped = async (...args: readonly string[]): Promise<unknown> =>
    (await shop.atc("config", "--json", ...args)).json<{ config: Record<string, unknown> }>().config["useMemoryMapped"];

  it("is given as --key, as --no-key, or as --key=VALUE", async () => {
    await shop.file("atc.yaml", "useMemoryMapped: true\n");
    expect(await mapped()).toBe(true);
    expect(await mapped("--no-use-memory-mapped")).toBe(false);
    expect(await mapped("--use-memory-mapped=false")).toBe(false);
    expect(await mapped("--use-memory-mapped=off")).toBe(false);
    await shop.file("atc.yaml", "useMemoryMapped: false\n");
    expect(await mapped("--use-memory-mapped")).toBe(true);
    expect(await mapped("--use-memory-mapped=true")).toBe(true);
  });

  it("takes no file name for its value", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 60));
    const run = await shop.atc("backtest", "--use-memory-mapped", "bars.csv", "--json");
    expect([run.code, run.stderr]).toEqual([0, ""]);
  });

  it.each(["--use-memory-mapped=maybe", "--use-memory-mapped=", "--no-use-memory-mapped=true"])(
    "refuses %s",
    async (arg) => {
      const run = await shop.atc("backtest", "bars.csv", arg, "--json");
      expect(run.code).toBe(2);
      expect(errorOf(run).message).toContain("write --use-memory-mapped or --no-use-memory-mapped");
    },
  );

  it("refuses a value after a blank, which would be a file", async () => {
    const run = await shop.atc("backtest", "bars.csv", "--use-compression", "true", "--json");
    expect([run.code, errorOf(run).message]).toEqual([2, expect.stringContaining("--use-compression=true")]);
  });
});
