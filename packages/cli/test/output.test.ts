import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, rmdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { barsCsv, bin, type Workshop, workshop } from "./atc.ts";
import { shop } from "./shop.ts";

const controlStart = "\u001b";
const raw = /(?![\t\n])[\p{Cc}\u202e]/u;

/** Runs a line of the shell in which `atc` is the built command. */
async function shell(line: string, cwd = shop.path): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = `atc() { "${process.execPath}" "${bin}" "$@"; }; ${line}`;
  try {
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], { cwd, maxBuffer: 2 ** 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe("control characters of data", () => {
  it("reach neither stream for people, and reach programs as they are", async () => {
    const symbol = `X${controlStart}[2J\u009b\u202e`;
    await shop.file("a.csv", barsCsv(["X", symbol], 60));
    await shop.file("b.csv", `${barsCsv(["X"], 60)}X,${controlStart}]0;title\u0007,1,1,1,1,1\n`);
    for (const args of [
      ["ingest", "a.csv", "--name", "a"],
      ["ingest", "b.csv", "--name", "b"],
      ["ingest", "b.csv", "--name", "b", "--bad-rows", "skip"],
      ["backtest", "a"],
      ["backtest", "a", "--symbols", `${controlStart}[2JQ`],
      ["signals", "a", "--symbols", symbol],
      ["data", "info", "a"],
      ["data", "info", `${controlStart}[2J`],
      ["ingest", `${controlStart}[2J.csv`],
      [`--${controlStart}[2J`],
      [`${controlStart}[2J`],
      ["backtest", "a", `--fee-bps=${controlStart}[2J`],
    ]) {
      const run = await shop.atc(...args);
      expect([args, run.stdout.match(raw)?.index, run.stderr.match(raw)?.index]).toEqual([args, undefined, undefined]);
      expect(run.stdout + run.stderr).not.toBe("");
    }
    const json = await shop.atc("backtest", "a", "--json");
    expect(json.json<{ symbols: { symbol: string }[] }>().symbols.map((one) => one.symbol)).toContain(symbol);
    expect((await shop.atc("data", "export", "a", "-o", "-")).stdout).toContain(symbol);
    const error = await shop.atc("backtest", "a", "--symbols", symbol.replace("X", "Q"), "--json");
    expect(error.stderr).not.toMatch(raw);
    expect((JSON.parse(error.stderr) as { error: { message: string } }).error.message).toContain(`Q${symbol.slice(1)}`);
  });
});

describe.skipIf(!existsSync("/dev/full"))("standard output", () => {
  let ingested: Workshop;
  beforeAll(async () => {
    ingested = await workshop();
    await ingested.file("bars.csv", barsCsv(["A", "B"], 20_000));
    expect((await ingested.atc("ingest", "bars.csv", "--name", "d")).code).toBe(0);
  });
  afterAll(() => ingested[Symbol.asyncDispose]());
  beforeEach(() => cp(ingested.path, shop.path, { recursive: true }));

  it.each(["backtest d --json", "backtest d", "data export d -o -", "--help", "backtest --help", "config --schema"])(
    "that is full ends `atc %s` with the exit code of the disk and a message",
    async (args) => {
      const { code, stderr } = await shell(`atc ${args} > /dev/full`);
      expect([code, stderr]).toEqual([6, expect.stringContaining("ATC_NO_SPACE")]);
      expect(stderr).toContain("standard output");
      expect(stderr).not.toContain("    at ");
    },
  );

  it("whose reader went away ends quietly", async () => {
    for (const args of ["data export d -o -", "backtest d --json", "--help"]) {
      const run = await shell(`set -o pipefail; atc ${args} --quiet | head -1`);
      expect([args, run.code, run.stdout.split("\n").length, run.stderr]).toEqual([args, 0, 2, ""]);
    }
  });

  it("is written whole if standard error is full or closed", async () => {
    const whole = await shell("atc data export d -o -");
    expect(whole.stdout.split("\n")).toHaveLength(40_002);
    for (const end of ["2>/dev/full", "2>&-"]) {
      expect((await shell(`atc data export d -o - ${end}`)).stdout === whole.stdout).toBe(true);
      expect((await shell(`atc no-such-command ${end}`)).code).toBe(2);
    }
  });

  it("is written completely to a file, and a short write is detected", async () => {
    const { code } = await shell("(ulimit -f 100; trap '' XFSZ; atc data export d -o - --quiet > cut.csv)");
    expect(code).toBe(6);
    expect((await shell("atc data export d -o - > all.csv && wc -l < all.csv")).stdout.trim()).toBe("40001");
  });
});

describe("a working directory that is gone", () => {
  it("is reported in one line", async () => {
    const gone = join(shop.path, "gone");
    await mkdir(gone);
    const { code, stderr } = await shell("rmdir ../gone; atc doctor", gone);
    expect([code, stderr.trim().split("\n")]).toEqual([4, [expect.stringMatching(/^error: the working directory/)]]);
    await rmdir(gone).catch(() => undefined);
  });
});

describe("a fault of the program", () => {
  it("is one line, and shows its stack only with ATC_DEBUG", async () => {
    const { faultText } = await import("../src/process/fault-text.ts");
    const error = new TypeError("x is undefined\nsecond line");
    const plain = faultText(error, { json: false, env: {} });
    expect(plain.split("\n")).toHaveLength(1);
    expect(plain).toContain("ATC_DEBUG=1");
    expect(faultText(error, { json: false, env: { ATC_DEBUG: "1" } })).toContain("\n    at ");
    const system = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE", errno: -24 });
    expect(faultText(system, { json: true, env: {} })).toContain('"code":"ATC_IO"');
  });
});

describe.skipIf(process.platform === "win32")("a folder that cannot be", () => {
  const places = ["dangling", "dangling/x", "file/x", "loop", "/proc/x/y", "x".repeat(300)];

  beforeEach(async () => {
    await shop.file("bars.csv", barsCsv(["A"], 30));
    await writeFile(join(shop.path, "file"), "");
    await symlink("/not/mounted", join(shop.path, "dangling")).catch(() => undefined);
    await symlink("loop", join(shop.path, "loop")).catch(() => undefined);
  });

  it.each(places)("ends an ingest at once, with the path: %s", async (place) => {
    const run = await shop.atc("ingest", "bars.csv", "--name", "d", "--data-dir", place);
    expect(run.code === 4 || run.code === 6).toBe(true);
    expect(run.stderr).toContain(place.split("/").find((part) => part !== "") ?? "");
  });

  it.each(places)("costs a backtest its cache, and is reported once: %s", async (place) => {
    const plain = await shop.atc("backtest", "bars.csv", "--no-cache", "--json");
    const run = await shop.atc("backtest", "bars.csv", "--json", "--cache-dir", place);
    expect([run.code, run.json()["portfolio"]]).toEqual([0, plain.json()["portfolio"]]);
    expect(run.stderr.match(/warning:.*cache/g)).toHaveLength(1);
  });
});

describe("a query without a file", () => {
  it("is backtested, and without a query something must be named", async () => {
    await shop.install("source-duckdb");
    const query =
      "select timestamp '2024-01-01' + interval (i) day as date, 'A' as symbol, 100 + i % 7 as close from range(90) t(i)";
    const run = await shop.atc("backtest", "--sql", query, "--json");
    expect([run.code, run.json<{ data: { rows: number } }>().data.rows]).toEqual([0, 90]);
    expect((await shop.atc("signals", "--sql", query)).code).toBe(0);
    const none = await shop.atc("backtest");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("--sql")]);
  });
});

describe.skipIf(process.platform === "win32")("a process without descriptors", () => {
  it("says so, not that a package or a file is missing", async () => {
    await shop.file("bars.csv", barsCsv(["A"], 30));
    for (const limit of [24, 40, 60]) {
      const { code, stderr } = await shell(`ulimit -n ${limit}; atc ingest bars.csv --name d`);
      expect([limit, code === 0 || stderr.split("\n").length === 2]).toEqual([limit, true]);
      expect(stderr).not.toMatch(/not installed|no installed package|there is no/);
    }
    const script = `
      import { openSync, closeSync } from "node:fs";
      import { openRuntime, ingestFile } from ${JSON.stringify(new URL("../../runtime/dist/bundle/index.js", import.meta.url).href)};
      const runtime = await openRuntime({ cwd: process.cwd(), onWarning() {} });
      const open = [];
      try { for (;;) open.push(openSync("/dev/null")); } catch {}
      const codes = [];
      for (let free = 0; free < 24; free++) {
        try { await ingestFile(runtime, "bars.csv", { name: "d" }); codes.push("ok"); break; }
        catch (error) { codes.push(error.code + (/not installed|there is no|no installed/.test(error.message) ? " " + error.message : "")); }
        closeSync(open.pop());
      }
      console.log(JSON.stringify(codes));`;
    const child = spawn(
      "bash",
      ["-c", `ulimit -n 256; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      {
        cwd: shop.path,
      },
    );
    let out = "";
    for await (const piece of child.stdout) out += String(piece);
    const codes = JSON.parse(out) as string[];
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(["ATC_IO"]));
  });
});
