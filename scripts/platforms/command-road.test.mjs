// The command as processes of their own, as a user of the platform starts it.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../node_modules/@atc/cli/dist/bundle/bin.js", import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), "atc-road-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));

/** Daily bars that rise and fall, with the line endings of Windows. */
function bars(symbols, count) {
  const rows = symbols.flatMap((symbol, at) =>
    Array.from({ length: count }, (_, i) => {
      const price = (100 + 20 * Math.sin(i / 9 + at)).toFixed(2);
      return [symbol, new Date(Date.UTC(2020, 0, 1 + i)).toISOString(), price, price, price, price, 10].join(",");
    }),
  );
  return ["symbol,timestamp,open,high,low,close,volume", ...rows, ""].join("\r\n");
}

function atc(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd, encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

async function json(...args) {
  const { code, stdout, stderr } = await atc(...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const figuresOf = ({ portfolio, symbols }) => ({ portfolio, symbols });
const names = (datasets) => datasets.map(({ name }) => name);

test("a file becomes a dataset, is backtested, described and removed", async () => {
  const file = join(cwd, "bars.csv");
  writeFileSync(file, bars(["AAA", "BBB"], 500));
  expect(await json("ingest", file, "--name", "Bars")).toMatchObject({ rows: 1000 });
  expect(names(await json("data", "list"))).toEqual(["Bars"]);
  const first = figuresOf(await json("backtest", "Bars"));
  expect(first.symbols).toHaveLength(2);
  expect(figuresOf(await json("backtest", "Bars"))).toEqual(first);
  expect(await json("data", "info", "Bars")).toMatchObject({ rows: 1000 });
  expect((await atc("data", "verify", "Bars")).code).toBe(0);
  expect((await atc("data", "rm", "Bars")).code).toBe(0);
  expect(names(await json("data", "list"))).toEqual([]);
});

test("threads backtest a file to the same figures as one", async () => {
  writeFileSync(join(cwd, "more.csv"), bars(["AAA", "BBB", "CCC"], 400));
  const figures = async (threads) =>
    figuresOf(await json("backtest", `.${sep}more.csv`, "--threads", threads, "--no-cache"));
  const alone = await figures("1");
  expect(alone.symbols).toHaveLength(3);
  expect(await figures("2")).toEqual(alone);
});

test("a missing file ends with its code and name", async () => {
  const { code, stderr } = await atc("backtest", join("no", "such", "file.csv"));
  expect(code).toBe(4);
  expect(stderr).toContain("file.csv");
});
